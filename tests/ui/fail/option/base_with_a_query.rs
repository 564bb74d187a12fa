//! A base with a query part.

use sdk_runtime::{Result, api_client};

#[api_client(base = "/v1?key=1")]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
