//! `#[from_session]` with an argument.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/logout")]
    #[session(end)]
    async fn logout(&self, #[json] #[from_session("token")] request: String) -> Result<()>;
}

fn main() {}
