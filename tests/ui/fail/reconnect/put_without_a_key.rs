//! A stream of a PUT that connects again.

use sdk_runtime::{EventStream, Result, api_client};

#[api_client]
pub trait Feed {
    #[put("/job", reconnect = 3)]
    async fn job(&self) -> Result<EventStream<String>>;
}

fn main() {}
