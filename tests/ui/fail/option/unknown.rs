//! An unknown option.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", cache = 30s)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
