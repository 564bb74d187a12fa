//! `#[url]` on a type that is no address.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get]
    async fn users(&self, #[url] next: u64) -> Result<String>;
}

fn main() {}
