//! A name that is reserved for generated code.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query] __call: u32) -> Result<String>;
}

fn main() {}
