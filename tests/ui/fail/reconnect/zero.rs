//! `reconnect = 0`.

use sdk_runtime::{EventStream, Result, api_client};

#[api_client]
pub trait Feed {
    #[get("/events", reconnect = 0)]
    async fn events(&self) -> Result<EventStream<String>>;
}

fn main() {}
