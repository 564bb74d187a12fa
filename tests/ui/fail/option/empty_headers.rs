//! `headers()` without a header.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers())]
    async fn users(&self) -> Result<String>;
}

fn main() {}
