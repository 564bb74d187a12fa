//! An associated constant in the trait.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    const VERSION: u32;

    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
