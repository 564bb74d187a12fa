//! A cursor for pages that have none.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = cursor(after))]
    fn users(&self, #[query] after: Option<&str>) -> Pages<Vec<String>>;
}

fn main() {}
