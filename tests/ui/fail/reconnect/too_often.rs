//! More connections than the limit.

use sdk_runtime::{EventStream, Result, api_client};

#[api_client]
pub trait Feed {
    #[get("/events", reconnect = 100_000)]
    async fn events(&self) -> Result<EventStream<String>>;
}

fn main() {}
