//! The client has a method `new` already.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/new")]
    async fn new(&self) -> Result<String>;
}

fn main() {}
