//! The attribute of actix without a method.

use sdk_runtime::{Result as Answer, api_client};

#[api_client]
pub trait Shop {
    #[route("/orders")]
    async fn orders(&self) -> Answer<Vec<String>>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopClient::new("https://shop.example")?;
    println!("{:?}", shop.orders().await?);
    Ok(())
}
