//! An offset in a parameter of another name.

use sdk_runtime::{Pages, api_client};


#[api_client]
pub trait Users {
    #[get("/users", paginate = offset(offset))]
    fn users(&self, #[query] skip: u64) -> Pages<Vec<String>>;
}

fn main() {}
