//! Two roles for one parameter.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query] #[header] q: &str) -> Result<String>;
}

fn main() {}
