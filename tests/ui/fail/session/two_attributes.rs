//! Two `#[session]` on one endpoint.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/logout")]
    #[session(end)]
    #[session(end)]
    async fn logout(&self) -> Result<()>;
}

fn main() {}
