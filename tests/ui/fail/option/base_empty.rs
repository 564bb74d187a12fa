//! A base without any text.

use sdk_runtime::{Result, api_client};

#[api_client(base = "")]
pub trait Users {
    #[get("/users/{id}")]
    async fn users(&self, id: u64) -> Result<String>;
}

fn main() {}
