//! A name around fields that are not nested.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[queries("filter", null = "")] filter: &[(&str, u8)]) -> Result<String>;
}

fn main() {}
