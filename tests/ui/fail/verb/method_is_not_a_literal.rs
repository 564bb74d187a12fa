//! The method of `#[endpoint]` is a literal.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[endpoint(REPORT, "/user")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
