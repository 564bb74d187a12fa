//! A parameter with `mut`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query] mut page: u32) -> Result<String>;
}

fn main() {}
