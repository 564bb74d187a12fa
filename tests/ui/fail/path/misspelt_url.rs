//! A misspelt attribute is the one mistake, and not the missing path as well.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get]
    async fn users(&self, #[ulr] next: &str) -> Result<String>;
}

fn main() {}
