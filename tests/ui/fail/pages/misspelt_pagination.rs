//! A misspelt `cursor`.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = curser(after))]
    fn users(&self, #[query] after: Option<&str>) -> Pages<Vec<String>>;
}

fn main() {}
