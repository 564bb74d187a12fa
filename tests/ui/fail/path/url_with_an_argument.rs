//! `#[url]` with an argument.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get]
    async fn users(&self, #[url("next")] next: &str) -> Result<String>;
}

fn main() {}
