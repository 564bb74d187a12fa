//! GET has no body.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[json] filter: &str) -> Result<String>;
}

fn main() {}
