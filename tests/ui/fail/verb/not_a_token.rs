//! A method with a character that HTTP does not allow.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[endpoint("RE PORT", "/user")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
