//! An answer to a refresh without `TokenResponse`.

use sdk_runtime::{Result, api_client};

#[derive(serde::Deserialize)]
pub struct LoginResponse;

#[api_client]
pub trait Users {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<LoginResponse>;
}

fn main() {}
