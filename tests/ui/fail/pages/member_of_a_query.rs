//! A member of a parameter of the query.

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
    #[get("/users", paginate = cursor(after = "after"))]
    fn users(&self, #[query] after: Option<&str>) -> Pages<Names>;
}

fn main() {}
