//! A role with `=` instead of parentheses.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query = "page"] number: u32) -> Result<String>;
}

fn main() {}
