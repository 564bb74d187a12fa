//! Two scopes in one literal.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = scopes("users:read users:write"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
