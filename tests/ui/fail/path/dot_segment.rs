//! A dot-segment would be removed on the way.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/../admin")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
