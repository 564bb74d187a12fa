//! Scopes of a token that is not sent.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = none, auth = scopes("users"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
