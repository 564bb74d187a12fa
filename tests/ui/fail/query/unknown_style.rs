//! An unknown style.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(style = commas)] labels: &[&str]) -> Result<String>;
}

fn main() {
    let users = UsersClient::new("https://users.example").unwrap();
    let _ = users.users(&["a"]);
}
