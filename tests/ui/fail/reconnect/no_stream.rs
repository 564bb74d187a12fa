//! `reconnect` on an endpoint that returns no stream.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Feed {
    #[get("/events", reconnect = 3)]
    async fn events(&self) -> Result<Vec<String>>;
}

fn main() {}
