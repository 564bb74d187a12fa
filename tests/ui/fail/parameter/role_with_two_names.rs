//! A role with two names.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query("page", "p")] page: u32) -> Result<String>;
}

fn main() {}
