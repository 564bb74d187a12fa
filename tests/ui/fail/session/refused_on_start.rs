//! `refused` on a sign-in.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/login")]
    #[session(start, refused = refusal)]
    async fn login(&self) -> Result<sdk_runtime::oauth::TokenAnswer>;
}

fn refusal(_: &sdk_runtime::ErrorResponse) -> Option<sdk_runtime::Refusal> {
    None
}

fn main() {}
