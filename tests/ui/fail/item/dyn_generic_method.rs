//! A generic method cannot be called on an erased type.

use serde::de::DeserializeOwned;
use sdk_runtime::{Result, api_client};

#[api_client(dyn)]
pub trait Users {
    #[get("/users/{id}")]
    async fn get<T: DeserializeOwned>(&self, id: u64) -> Result<T>;
}

fn main() {
    let users = UsersClient::new("https://users.example").unwrap();
    let _ = users.get::<String>(7);
}
