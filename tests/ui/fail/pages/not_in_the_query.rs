//! A cursor in a header, which stays the same on every page.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = cursor(after))]
    fn users(&self, #[header("x-after")] after: Option<&str>) -> Pages<Vec<String>>;
}

fn main() {}
