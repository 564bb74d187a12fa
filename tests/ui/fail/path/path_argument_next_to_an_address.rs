//! `#[path]` next to `#[url]`, which has no placeholder.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get]
    async fn next(&self, #[url] url: &str, #[path("id")] user: u64) -> Result<()>;
}

fn main() {}
