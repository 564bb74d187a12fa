//! A stream of a POST that connects again, such as that of a language model.

use sdk_runtime::{EventStream, Result, api_client};

#[api_client]
pub trait Feed {
    #[post("/chat", reconnect = 3)]
    async fn chat(&self, #[json] question: &str) -> Result<EventStream<String>>;
}

fn main() {}
