//! A sign-out that would be tried again.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/logout", retry = 3)]
    #[session(end)]
    async fn logout(&self) -> Result<String>;
}

fn main() {}
