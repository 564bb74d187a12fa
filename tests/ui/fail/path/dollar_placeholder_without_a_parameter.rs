//! A template literal, and the parameter is forgotten.

use sdk_runtime::{Result, api_client};

#[api_client()]
pub trait Shop {
    #[get("/products/${sku}")]
    async fn product(&self) -> Result<String>;

    #[get("/shops")]
    async fn shops(&self) -> Result<Vec<String>>;
}

async fn show(shop: &impl Shop) -> Result<()> {
    println!("{}", shop.product().await?);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopClient::new("https://shop.example")?;
    show(&shop).await?;
    println!("{} {:?}", shop.product().await?, shop.shops().await?);
    Ok(())
}
