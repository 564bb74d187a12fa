//! `#[from_session]` in a path.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[delete("/sessions/{token}")]
    #[session(end)]
    async fn logout(&self, #[from_session] token: String) -> Result<()>;
}

fn main() {}
