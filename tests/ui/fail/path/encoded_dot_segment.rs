//! An encoded dot-segment is removed all the same.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/.%2E/admin")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
