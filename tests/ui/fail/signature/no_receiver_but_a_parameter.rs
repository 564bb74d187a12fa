//! An endpoint with a parameter and without `&self`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Shop {
    #[get("/products/{sku}")]
    async fn product(sku: &str) -> Result<String>;
}

fn main() {}
