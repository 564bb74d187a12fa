//! The path and an option alone.

use sdk_runtime::{Result as Answer, api_client};

#[api_client]
pub trait Shop {
    #[endpoint("/orders/{id}", timeout = 3s)]
    async fn orders(&self, id: u64) -> Answer<Vec<String>>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopClient::new("https://shop.example")?;
    println!("{:?}", shop.orders(7).await?);
    Ok(())
}
