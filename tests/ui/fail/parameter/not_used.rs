//! A parameter that goes nowhere.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, page: u32) -> Result<String>;
}

fn main() {}
