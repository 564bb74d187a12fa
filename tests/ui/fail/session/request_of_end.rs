//! A parameter of a sign-out without `TokenRequest`.

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize)]
pub struct LogoutRequest;

#[api_client]
pub trait Users {
    #[post("/logout")]
    #[session(end)]
    async fn logout(&self, #[json] #[from_session] request: &LogoutRequest) -> Result<()>;
}

fn main() {}
