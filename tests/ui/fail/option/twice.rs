//! One option twice.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", timeout = 30s, timeout = 1m)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
