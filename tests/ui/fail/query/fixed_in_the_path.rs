//! A query parameter that the path sets already.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users?state=active")]
    async fn users(&self, #[query] state: &str) -> Result<String>;
}

fn main() {}
