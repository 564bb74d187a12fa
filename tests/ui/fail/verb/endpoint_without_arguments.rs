//! `#[endpoint]` without a method and a path.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[endpoint]
    async fn user(&self) -> Result<String>;
}

fn main() {}
