//! A POST, which is not sent again for the next page.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[post("/users", paginate = link)]
    fn users(&self) -> Pages<Vec<String>>;
}

fn main() {
    let users = UsersClient::new("https://users.example").unwrap();
    let _ = users.users();
}
