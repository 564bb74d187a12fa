//! An encoded dot-segment, which a URL parser removes as well.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/.%2E/admin")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
