//! A dot-segment, which a URL parser removes.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/../admin")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
