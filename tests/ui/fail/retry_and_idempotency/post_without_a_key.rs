//! Retries of a POST without an idempotency key.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users", retry = 3)]
    async fn create(&self, #[json] name: &str) -> Result<()>;
}

fn main() {
    let users = UsersClient::new("https://users.example").unwrap();
    let _ = users.create("Ada");
}
