//! A base without a slash at its start.

use sdk_runtime::{Result, api_client};

#[api_client(base = "v1")]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
