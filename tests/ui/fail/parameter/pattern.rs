//! A pattern as a parameter.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query] (page, size): (u32, u32)) -> Result<String>;
}

fn main() {}
