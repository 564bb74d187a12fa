//! Nested fields of one value.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(nested = brackets)] filter: u8) -> Result<String>;
}

fn main() {}
