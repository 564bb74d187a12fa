//! Placeholders as other frameworks write them.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Shop {
    #[get("/shops/:shop/products/:sku?full=1")]
    async fn product(&self, shop: u64, sku: &str) -> Result<String>;
}

fn main() {}
