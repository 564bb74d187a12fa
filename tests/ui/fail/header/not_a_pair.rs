//! A header without a value.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers("accept"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
