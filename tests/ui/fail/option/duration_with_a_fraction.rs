//! A duration with a fraction.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", timeout = 1.5s)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
