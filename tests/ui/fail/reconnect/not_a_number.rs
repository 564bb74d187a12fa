//! `reconnect = true`.

use sdk_runtime::{EventStream, Result, api_client};

#[api_client]
pub trait Feed {
    #[get("/events", reconnect = true)]
    async fn events(&self) -> Result<EventStream<String>>;
}

fn main() {}
