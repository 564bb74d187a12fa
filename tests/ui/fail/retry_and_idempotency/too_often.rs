//! More than 100 retries.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", retry = 1000)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
