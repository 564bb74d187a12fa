//! `#[url]` on a parameter with the name of a placeholder.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, #[url] id: &str) -> Result<String>;
}

fn main() {}
