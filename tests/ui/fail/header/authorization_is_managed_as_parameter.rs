//! `authorization` as a parameter of an endpoint that the session signs.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[header("Authorization")] token: &str) -> Result<String>;
}

fn main() {}
