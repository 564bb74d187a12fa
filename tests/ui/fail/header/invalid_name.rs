//! A blank in a name.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers("X Foo" = "1"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
