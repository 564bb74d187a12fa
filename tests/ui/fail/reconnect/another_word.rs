//! `max_reconnects` for `reconnect`.

use sdk_runtime::{EventStream, Result, api_client};

#[api_client]
pub trait Feed {
    #[get("/events", max_reconnects = 5)]
    async fn events(&self) -> Result<EventStream<String>>;
}

fn main() {}
