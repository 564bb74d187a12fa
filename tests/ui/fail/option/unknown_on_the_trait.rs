//! A misspelt option of the trait.

use sdk_runtime::{Result, api_client};

#[api_client(bas = "/v1")]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
