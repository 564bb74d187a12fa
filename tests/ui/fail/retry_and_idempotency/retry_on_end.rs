//! Retries of a sign-out.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/logout", retry = 3)]
    #[session(end)]
    async fn logout(&self) -> Result<String>;
}

fn main() {}
