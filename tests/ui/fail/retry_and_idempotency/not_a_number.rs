//! A number of retries that is no number.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", retry = often)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
