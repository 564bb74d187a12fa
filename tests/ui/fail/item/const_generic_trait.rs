//! A trait with a const parameter.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Items<const N: usize> {
    #[get("/items")]
    async fn items(&self) -> Result<String>;
}

fn main() {}
