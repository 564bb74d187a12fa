//! `async_trait` beneath, for futures that stay on one thread.

use sdk_runtime::{Result as Answer, api_client};

#[api_client]
#[async_trait(?Send)]
pub trait Shop {
    #[get("/orders")]
    async fn orders(&self) -> Answer<Vec<String>>;
}

struct Fake;

impl Shop for Fake {
    async fn orders(&self) -> Answer<Vec<String>> {
        Ok(Vec::new())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopClient::new("https://shop.example")?;
    println!("{:?} {:?}", shop.orders().await?, Fake.orders().await?);
    Ok(())
}
