//! An unknown session role.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/login")]
    #[session(begin)]
    async fn login(&self) -> Result<sdk_runtime::oauth::TokenAnswer>;
}

fn main() {}
