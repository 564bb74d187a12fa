//! The trait's option `crate`, a keyword, on an endpoint.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", crate = my_crate::sdk)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
