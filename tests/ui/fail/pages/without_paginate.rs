//! `Pages` without `paginate`.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    fn users(&self) -> Pages<Vec<String>>;
}

fn main() {
    let users = UsersClient::new("https://users.example").unwrap();
    let _ = users.users();
}
