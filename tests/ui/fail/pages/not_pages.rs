//! `paginate` on an endpoint with one answer.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = link)]
    async fn users(&self) -> Result<Vec<String>>;
}

fn main() {
    let users = UsersClient::new("https://users.example").unwrap();
    let _ = users.users();
}
