//! `cursor` without a parameter.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = cursor)]
    fn users(&self, #[query] after: Option<&str>) -> Pages<Vec<String>>;
}

fn main() {}
