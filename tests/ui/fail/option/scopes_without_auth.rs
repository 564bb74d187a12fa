//! Scopes as an option of their own.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", scopes("users:read"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
