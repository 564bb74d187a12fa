//! A timeout of zero.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", timeout = 0s)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
