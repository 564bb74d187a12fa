//! `reconnect` on the trait.

use sdk_runtime::{EventStream, Result, api_client};

#[api_client(reconnect = 3)]
pub trait Feed {
    #[get("/events")]
    async fn events(&self) -> Result<EventStream<String>>;
}

fn main() {}
