//! `refused` with a string instead of a function.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/refresh")]
    #[session(refresh, refused = "refusal")]
    async fn refresh(&self) -> Result<String>;
}

fn main() {}
