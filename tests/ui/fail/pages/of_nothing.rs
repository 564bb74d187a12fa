//! `Pages` does not say what a page is.

use sdk_runtime::{Pages, api_client};

#[api_client]
trait Users {
    #[get("/users", paginate = link)]
    fn users(&self) -> Pages;
}

fn main() {}
