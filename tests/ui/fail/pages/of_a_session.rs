//! A sign-in has no pages.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[post("/login", paginate = link)]
    #[session(start)]
    fn login(&self) -> Pages<Vec<String>>;
}

fn main() {}
