//! A duration in quotes.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", timeout = "30s")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
