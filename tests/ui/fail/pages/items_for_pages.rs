//! A `Vec` of items instead of `Pages`.

use sdk_runtime::{api_client, client::PageItems};

#[api_client]
pub trait Users {
    #[get("/users", paginate = link)]
    fn users(&self) -> PageItems<Vec<String>>;
}

fn main() {}
