//! `{*rest}` with text behind it.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/files/{*path}.json/meta")]
    async fn users(&self, path: &str) -> Result<String>;
}

fn main() {}
