//! `scopes()` without a scope.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = scopes())]
    async fn users(&self) -> Result<String>;
}

fn main() {}
