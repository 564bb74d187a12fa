//! A misspelt verb.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[gett("/user")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
