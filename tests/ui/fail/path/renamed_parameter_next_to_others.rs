//! A placeholder without a parameter of its name, next to parameters that fit.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Shop {
    #[get("/shops/{shop}/products/{product-id}")]
    async fn product(&self, shop: u64, sku: &str, #[query] page: u32) -> Result<String>;
}

fn main() {}
