//! The trait's option at an endpoint, which stands alone.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", dyn)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
