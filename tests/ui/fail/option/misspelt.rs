//! A misspelt option.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", timeot = 30s)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
