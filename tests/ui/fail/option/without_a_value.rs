//! An option without a value.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", timeout)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
