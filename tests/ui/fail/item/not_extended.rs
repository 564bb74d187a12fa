//! A client is passed for a trait that it does not extend.

use sdk_runtime::{Result, api_client};

#[api_client(extendable)]
trait Crud {
    #[get("")]
    async fn list(&self) -> Result<String>;
}

#[api_client]
trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn takes(_: &impl Crud) {}

fn main() {
    takes(&UsersClient::new("https://h.example").unwrap());
}
