//! A generic trait is not supported yet.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Items<T> {
    #[get("/items/{id}")]
    async fn item(&self, id: u64) -> Result<T>;
}

fn main() {
    let items = ItemsClient::new("https://items.example").unwrap();
    let _ = items.item::<String>(7);
}
