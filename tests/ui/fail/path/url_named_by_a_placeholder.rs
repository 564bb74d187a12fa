//! An address that is a placeholder as well.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, #[url] id: &str) -> Result<String>;
}

fn main() {}
