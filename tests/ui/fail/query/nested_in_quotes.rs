//! The style of nested fields in quotes.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[queries(nested = "brackets")] filter: &[(&str, u8)]) -> Result<String>;
}

fn main() {}
