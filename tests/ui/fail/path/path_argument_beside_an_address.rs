//! A whole address has no placeholder that `id` could be named after.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get]
    async fn next(&self, #[url] url: &str, #[path("id")] user: u64) -> Result<()>;
}

fn main() {}
