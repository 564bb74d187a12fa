//! `#[path]` with the name of no placeholder.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{user}")]
    async fn user(&self, #[path("id")] user_id: u64) -> Result<String>;
}

fn main() {}
