//! A parameter for an address that the page has.

use sdk_runtime::{Page, Pages, api_client};

#[derive(serde::Deserialize, Page)]
pub struct Names {
    #[page(items)]
    names: Vec<String>,
    #[page(next)]
    next: Option<String>,
}


#[api_client]
pub trait Users {
    #[get("/users", paginate = url(next))]
    fn users(&self) -> Pages<Names>;
}

fn main() {}
