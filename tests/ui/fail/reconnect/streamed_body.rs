//! A stream that connects again, with a body that can be sent once.

use sdk_runtime::{EventStream, Result, api_client, body::BodyStream};

#[api_client]
pub trait Feed {
    #[post("/events", idempotent, reconnect = 3)]
    async fn events(&self, #[body] file: BodyStream) -> Result<EventStream<String>>;
}

fn main() {}
