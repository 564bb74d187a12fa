//! A misspelt `#[url]`: one mistake, without a report of the missing path.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get]
    async fn users(&self, #[ulr] next: &str) -> Result<String>;
}

fn main() {}
