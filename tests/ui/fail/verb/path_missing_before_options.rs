//! A verb with options alone.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get(timeout = 30s)]
    async fn user(&self) -> Result<String>;
}

fn main() {}
