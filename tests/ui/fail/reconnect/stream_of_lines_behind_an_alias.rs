//! `reconnect` on a stream of lines, behind an alias of the return type.

use sdk_runtime::{api_client, stream::JsonLines};

type Lines = sdk_runtime::Result<JsonLines<String>>;

#[api_client]
pub trait Feed {
    #[get("/events", reconnect = 3)]
    async fn events(&self) -> Lines;
}

fn main() {}
