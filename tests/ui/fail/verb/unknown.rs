//! An unknown verb.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[fetch("/user")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
