//! `#[session]` without a role.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/login")]
    #[session]
    async fn login(&self) -> Result<sdk_runtime::oauth::TokenAnswer>;
}

fn main() {}
