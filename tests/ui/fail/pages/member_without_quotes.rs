//! The path of a member without quotes.

use sdk_runtime::{Page, Pages, api_client};

#[derive(serde::Deserialize, Page)]
pub struct Names {
    #[page(items)]
    names: Vec<String>,
    #[page(next)]
    next: Option<String>,
}

#[derive(serde::Serialize)]
pub struct Search {
    q: String,
}

#[api_client]
pub trait Users {
    #[post("/search", paginate = cursor(search = search.page.after))]
    fn search(&self, #[json] search: &Search) -> Pages<Names>;
}

fn main() {}
