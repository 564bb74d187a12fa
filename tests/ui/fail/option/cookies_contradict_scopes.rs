//! Scopes of a token with `auth = cookies`, which sends no token.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = scopes("users"), auth = cookies)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
