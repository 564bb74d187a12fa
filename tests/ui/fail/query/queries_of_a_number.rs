//! `#[queries]` of a number, which has no fields.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[queries] page: u32) -> Result<String>;
}

fn main() {}
