//! One placeholder with two parameters.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: u64, #[path("id")] other: u64) -> Result<String>;
}

fn main() {}
