//! A cursor that is sent twice.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = cursor(after, before))]
    fn users(&self, #[query] after: Option<&str>, #[query] before: Option<&str>) -> Pages<Vec<String>>;
}

fn main() {}
