//! A cursor for a parameter of a method without parameters.

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
    #[get("/users", paginate = cursor(after))]
    fn users(&self) -> Pages<Names>;
}

fn main() {}
