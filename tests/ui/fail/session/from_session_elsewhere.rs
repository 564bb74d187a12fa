//! `#[from_session]` outside of a session endpoint.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[json] #[from_session] request: &str) -> Result<()>;
}

fn main() {}
