//! `Pages` of a type that is no page, counted up.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = page(page))]
    fn users(&self, #[query] page: Option<u32>) -> Pages<Option<Vec<String>>>;
}

fn main() {}
