//! A duration without a unit.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", timeout = 30)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
