//! Scopes of a token, where cookies alone are sent.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = scopes("users"), auth = cookies)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
