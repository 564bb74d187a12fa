//! `Pages` without the type of a page.

use sdk_runtime::{Pages, api_client};

#[api_client]
trait Users {
    #[get("/users", paginate = link)]
    fn users(&self) -> Pages;
}

fn main() {}
