//! An answer to a sign-in without `TokenResponse`.

use sdk_runtime::{Result, api_client};

#[derive(serde::Deserialize)]
pub struct LoginResponse;

#[api_client]
pub trait Users {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<LoginResponse>;
}

fn main() {}
