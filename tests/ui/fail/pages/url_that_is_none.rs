//! The address of the next page, in a page that has none.

use sdk_runtime::{Pages, api_client};


#[api_client]
pub trait Users {
    #[get("/users", paginate = url)]
    fn users(&self) -> Pages<Vec<String>>;
}

fn main() {}
