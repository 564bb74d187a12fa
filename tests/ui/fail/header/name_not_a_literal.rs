//! A name that is a constant, which cannot be checked.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers(ACCEPT = "text/plain"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
