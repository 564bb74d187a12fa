//! A parameter without a name.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query] _: u32) -> Result<String>;
}

fn main() {}
