//! A parameter for a header that frames the message.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[header] content_length: u64) -> Result<String>;
}

fn main() {}
