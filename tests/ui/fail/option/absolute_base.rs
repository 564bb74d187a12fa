//! A base with a host.

use sdk_runtime::{Result, api_client};

#[api_client(base = "https://users.example/v1")]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
