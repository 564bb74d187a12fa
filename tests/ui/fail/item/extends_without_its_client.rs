//! The client of the supertrait is not in scope.

mod shared {
    use sdk_runtime::{Result, api_client};

    #[api_client(extendable)]
    pub trait Crud {
        #[get("")]
        async fn list(&self) -> Result<String>;
    }
}

use sdk_runtime::{Result, api_client};
use shared::Crud;

#[api_client(extends)]
trait Users: Crud {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {
    let users = UsersClient::new("https://h.example").unwrap();
    drop((users.users(), users.list()));
}
