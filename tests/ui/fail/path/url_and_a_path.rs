//! `#[url]` and a path.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[url] next: &str) -> Result<String>;
}

fn main() {
    let users = UsersClient::new("https://users.example").unwrap();
    let _ = users.users("https://users.example/2");
}
