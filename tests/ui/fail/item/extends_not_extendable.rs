//! The supertrait of a trait with `extends` is not `extendable`.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Crud {
    #[get("")]
    async fn list(&self) -> Result<String>;
}

#[api_client(extends)]
trait Users: Crud {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {
    let users = UsersClient::new("https://h.example").unwrap();
    drop(users.users());
}
