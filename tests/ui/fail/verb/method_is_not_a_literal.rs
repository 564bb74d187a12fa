//! A method of `#[endpoint]` that is no literal.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[endpoint(REPORT, "/user")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
