//! A verb on a parameter.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[get("/users")] q: &str) -> Result<String>;
}

fn main() {}
