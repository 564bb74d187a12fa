//! A `Vec` as a path argument.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{ids}")]
    async fn user(&self, ids: Vec<u64>) -> Result<String>;
}

fn main() {}
