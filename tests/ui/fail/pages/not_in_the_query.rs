//! A cursor in a header, which stays the same on every page.

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
    fn users(&self, #[header("x-after")] after: Option<&str>) -> Pages<Names>;
}

fn main() {}
