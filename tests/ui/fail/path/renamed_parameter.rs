//! One placeholder and one parameter with different names.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Shop {
    #[get("/products/{sku}")]
    async fn product(&self, id: &str) -> Result<String>;
}

fn main() {}
