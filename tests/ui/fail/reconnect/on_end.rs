//! `reconnect` on a sign-out.

use sdk_runtime::{EventStream, Result, api_client};

#[api_client]
pub trait Feed {
    #[post("/logout", reconnect = 3)]
    #[session(end)]
    async fn logout(&self) -> Result<EventStream<String>>;
}

fn main() {}
