//! A form of a number, which has no fields.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[form] id: u32) -> Result<()>;
}

fn main() {}
