//! A value with a line break, which would begin another header.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers("x-foo" = "1\r\nx-bar: 2"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
