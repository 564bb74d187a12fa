//! An attribute that is no role.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[cookie] q: &str) -> Result<String>;
}

fn main() {}
