//! Scopes in two options.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = scopes("users:read"), auth = scopes("users:list"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
