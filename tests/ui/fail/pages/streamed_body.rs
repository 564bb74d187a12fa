//! A body that can be sent once, with each page.

use sdk_runtime::{Pages, api_client, body::BodyStream};

#[api_client]
pub trait Users {
    #[post("/search", paginate = link, idempotent)]
    fn search(&self, #[body] query: BodyStream) -> Pages<Vec<String>>;
}

fn main() {}
