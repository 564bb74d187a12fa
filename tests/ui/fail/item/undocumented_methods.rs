//! The lint for missing documentation names the method, and not the macro.
#![deny(missing_docs)]

use sdk_runtime::{Result, api_client};

/// A shop.
#[api_client]
pub trait Shop {
    /// All of them.
    #[get("/products")]
    async fn products(&self) -> Result<String>;

    #[get("/products/{sku}")]
    async fn product(&self, sku: &str) -> Result<String>;
}

fn main() {}
