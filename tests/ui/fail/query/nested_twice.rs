//! Two styles of nested fields.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[queries(nested = dots, nested = dots)] q: &[(&str, u8)]) -> Result<String>;
}

fn main() {}
