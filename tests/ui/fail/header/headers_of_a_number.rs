//! Plural takes names and values.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[headers] id: u32) -> Result<String>;
}

fn main() {}
