//! A list as a path argument.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{ids}")]
    async fn user(&self, ids: &[u64]) -> Result<String>;
}

fn main() {}
