//! A body that can be sent once, with each page.

use sdk_runtime::{BodyStream, Pages, api_client};

#[api_client]
pub trait Users {
    #[post("/search", paginate = link, idempotent)]
    fn search(&self, #[body] query: BodyStream) -> Pages<Vec<String>>;
}

fn main() {}
