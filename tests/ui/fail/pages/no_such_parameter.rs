//! A cursor for an unknown parameter.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = cursor(aftr))]
    fn users(&self, #[query] after: Option<&str>) -> Pages<Vec<String>>;
}

fn main() {}
