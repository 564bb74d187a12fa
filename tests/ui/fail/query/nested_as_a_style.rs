//! Nested fields in the words of OpenAPI.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[queries(style = deepObject)] filter: &[(&str, u8)]) -> Result<String>;
}

fn main() {}
