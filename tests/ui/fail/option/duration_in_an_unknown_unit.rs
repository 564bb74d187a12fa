//! A duration in days.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", timeout = 1d)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
