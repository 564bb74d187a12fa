//! A form is made of names and values.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[form] id: u32) -> Result<()>;
}

fn main() {}
