//! A verb without a path.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get]
    async fn user(&self) -> Result<String>;
}

fn main() {}
