//! The trait's option `base` on an endpoint.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", base = "/v1")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
