//! An optional placeholder.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{id?}")]
    async fn user(&self, id: Option<u64>) -> Result<String>;
}

fn main() {}
