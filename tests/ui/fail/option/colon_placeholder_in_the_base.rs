//! A placeholder of Express in the base.

use sdk_runtime::{Result, api_client};

#[api_client(base = "/tenants/:tenant")]
pub trait Shop {
    #[get("/products/{sku}")]
    async fn product(&self, sku: &str) -> Result<String>;

    #[get("/shops")]
    async fn shops(&self) -> Result<Vec<String>>;
}

async fn show(shop: &impl Shop) -> Result<()> {
    println!("{}", shop.product("a").await?);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopClient::new("https://shop.example")?;
    show(&shop).await?;
    println!("{} {:?}", shop.product("a").await?, shop.shops().await?);
    Ok(())
}
