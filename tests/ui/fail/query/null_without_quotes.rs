//! The text of `None` without quotes.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[queries(null = empty)] filter: &[(&str, u8)]) -> Result<String>;
}

fn main() {}
