//! A function of the number of the page.

use sdk_runtime::{Pages, api_client};

fn next(page: &u32) -> u32 {
    page + 1
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users", paginate = page(page))]
    fn users(&self, #[query(with = next)] page: Option<u32>) -> Pages<Vec<String>>;
}

fn main() {}
