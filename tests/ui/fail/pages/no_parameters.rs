//! A cursor for a parameter of a method without parameters.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = cursor(after))]
    fn users(&self) -> Pages<Vec<String>>;
}

fn main() {}
