//! Scopes of a token with `auth = none`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = none, auth = scopes("users"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
