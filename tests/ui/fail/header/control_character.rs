//! A value with a control character.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers("x-foo" = "1\0"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
