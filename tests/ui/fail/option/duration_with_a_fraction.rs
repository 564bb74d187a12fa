//! A duration is a whole number of its unit.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", timeout = 1.5s)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
