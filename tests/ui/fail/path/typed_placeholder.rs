//! A placeholder with a type.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{id:u64}")]
    async fn user(&self, id: u64) -> Result<String>;
}

fn main() {}
