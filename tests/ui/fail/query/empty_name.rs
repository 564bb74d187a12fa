//! A query parameter with an empty name.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query("")] page: u32) -> Result<String>;
}

fn main() {}
