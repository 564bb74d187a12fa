//! A limit of silence on an endpoint of the session.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/logout", idle_timeout = 30s)]
    #[session(end)]
    async fn sign_out(&self) -> Result<()>;
}

fn main() {}
