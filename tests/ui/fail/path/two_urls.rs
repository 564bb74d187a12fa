//! Two parameters with `#[url]`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get]
    async fn users(&self, #[url] next: &str, #[url] other: &str) -> Result<String>;
}

fn main() {}
