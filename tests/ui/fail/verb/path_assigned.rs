//! A path with `=` instead of parentheses.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get = "/user"]
    async fn user(&self) -> Result<String>;
}

fn main() {}
