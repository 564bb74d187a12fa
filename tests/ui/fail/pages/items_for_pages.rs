//! A `Vec` of items instead of `Pages`.

use sdk_runtime::{PageItems, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = link)]
    fn users(&self) -> PageItems<Vec<String>>;
}

fn main() {}
