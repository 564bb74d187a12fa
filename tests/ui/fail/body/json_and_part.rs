//! A body is JSON or made of parts.

use sdk_runtime::{Part, Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[json] user: &str, #[part] image: Part) -> Result<()>;
}

fn main() {
    let users = UsersClient::new("https://users.example").unwrap();
    let _ = users.create("Ada", Part::text("x"));
}
