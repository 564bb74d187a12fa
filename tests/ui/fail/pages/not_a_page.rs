//! `Pages` of a type that is no page.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = link)]
    fn users(&self) -> Pages<String>;
}

fn main() {}
