//! A header that frames the message.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers("Host" = "users.example"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
