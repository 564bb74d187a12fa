//! A const parameter.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users<const N: usize>(&self) -> Result<String>;
}

fn main() {}
