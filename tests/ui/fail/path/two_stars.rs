//! A wildcard of Spring and of Ant.

use sdk_runtime::{Result, api_client};

#[api_client()]
pub trait Shop {
    #[get("/files/**")]
    async fn product(&self, path: &str) -> Result<String>;

    #[get("/shops")]
    async fn shops(&self) -> Result<Vec<String>>;
}

async fn show(shop: &impl Shop) -> Result<()> {
    println!("{}", shop.product("a/b").await?);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopClient::new("https://shop.example")?;
    show(&shop).await?;
    println!("{} {:?}", shop.product("a/b").await?, shop.shops().await?);
    Ok(())
}
