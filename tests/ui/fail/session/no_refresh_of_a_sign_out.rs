//! `no_refresh` of a sign-out.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/logout", auth = required(no_refresh))]
    #[session(end)]
    async fn users(&self) -> Result<()>;
}

fn main() {}
