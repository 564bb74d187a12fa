//! A value that is not ASCII.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers("x-foo" = "ä"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
