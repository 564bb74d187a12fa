//! The trait's option `dyn`, a flag, on an endpoint.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", dyn)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
