//! A placeholder without its closing brace.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{id")]
    async fn user(&self, id: u64) -> Result<String>;
}

fn main() {}
