//! Two of them, and a query.

use sdk_runtime::{Result, api_client};

#[api_client()]
pub trait Shop {
    #[get("/shops/${shop}/products/${sku}?full=1")]
    async fn product(&self, shop: u64, sku: &str) -> Result<String>;

    #[get("/shops")]
    async fn shops(&self) -> Result<Vec<String>>;
}

async fn show(shop: &impl Shop) -> Result<()> {
    println!("{}", shop.product(7, "a").await?);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopClient::new("https://shop.example")?;
    show(&shop).await?;
    println!("{} {:?}", shop.product(7, "a").await?, shop.shops().await?);
    Ok(())
}
