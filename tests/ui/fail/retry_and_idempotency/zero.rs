//! `retry = 0` instead of `retry = never`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", retry = 0)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
