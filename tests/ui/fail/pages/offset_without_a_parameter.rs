//! An offset without its parameter.

use sdk_runtime::{Pages, api_client};


#[api_client]
pub trait Users {
    #[get("/users", paginate = offset)]
    fn users(&self, #[query] offset: u64) -> Pages<Vec<String>>;
}

fn main() {}
