//! A parameter without a role.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, page: u32) -> Result<String>;
}

fn main() {}
