//! `reconnect` on a list.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Feed {
    #[get("/events", paginate = link, reconnect = 3)]
    fn events(&self) -> Pages<Vec<String>>;
}

fn main() {}
