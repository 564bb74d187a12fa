//! A stream that connects again, whose items cannot be decoded.

use sdk_runtime::{EventStream, Result, api_client};

pub struct Item;

#[api_client]
pub trait Feed {
    #[get("/events", reconnect = 3)]
    async fn events(&self) -> Result<EventStream<Item>>;
}

fn main() {}
