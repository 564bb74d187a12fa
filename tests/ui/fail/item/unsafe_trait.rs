//! An unsafe trait.

use sdk_runtime::{Result, api_client};

#[api_client]
pub unsafe trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
