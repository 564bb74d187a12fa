//! A cursor that is sent twice.

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
    #[get("/users", paginate = cursor(after, before))]
    fn users(&self, #[query] after: Option<&str>, #[query] before: Option<&str>) -> Pages<Names>;
}

fn main() {}
