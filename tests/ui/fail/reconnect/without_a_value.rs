//! `reconnect` without a number.

use sdk_runtime::{EventStream, Result, api_client};

#[api_client]
pub trait Feed {
    #[get("/events", reconnect)]
    async fn events(&self) -> Result<EventStream<String>>;
}

fn main() {}
