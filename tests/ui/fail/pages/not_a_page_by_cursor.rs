//! `Pages` of a type that is no page, with a cursor.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = cursor(after))]
    fn users(&self, #[query] after: Option<&str>) -> Pages<Option<Vec<String>>>;
}

fn main() {}
