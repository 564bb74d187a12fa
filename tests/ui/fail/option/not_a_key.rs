//! A second path among the options.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", "/people")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
