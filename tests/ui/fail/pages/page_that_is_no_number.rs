//! A page number that cannot be counted up.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = page(page))]
    fn users(&self, #[query] page: &str) -> Pages<Vec<String>>;
}

fn main() {}
