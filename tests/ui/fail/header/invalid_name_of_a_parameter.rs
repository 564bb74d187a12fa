//! A blank in a name.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[header("X Foo")] foo: &str) -> Result<String>;
}

fn main() {}
