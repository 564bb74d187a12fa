//! The client has a method `session` already.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/session")]
    async fn session(&self) -> Result<String>;
}

fn main() {}
