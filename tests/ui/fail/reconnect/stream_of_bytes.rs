//! `reconnect` on a stream that is none of events.

use sdk_runtime::{Response, Result, api_client, stream::ByteStream};

#[api_client]
pub trait Feed {
    #[get("/events", reconnect = 3)]
    async fn events(&self) -> Result<Response<ByteStream>>;
}

fn main() {}
