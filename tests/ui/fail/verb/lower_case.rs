//! An HTTP method in lower case.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[endpoint("get", "/user")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
