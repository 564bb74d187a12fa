//! A placeholder of a template literal in JavaScript.

use sdk_runtime::{Result, api_client};

#[api_client()]
pub trait Shop {
    #[get("/products/${sku}")]
    async fn product(&self, sku: u64) -> Result<String>;

    #[get("/shops")]
    async fn shops(&self) -> Result<Vec<String>>;
}

async fn show(shop: &impl Shop) -> Result<()> {
    println!("{}", shop.product(7).await?);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopClient::new("https://shop.example")?;
    show(&shop).await?;
    println!("{} {:?}", shop.product(7).await?, shop.shops().await?);
    Ok(())
}
