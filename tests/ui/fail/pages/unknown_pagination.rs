//! A way to go on that nobody knows.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = offset)]
    fn users(&self) -> Pages<Vec<String>>;
}

fn main() {}
