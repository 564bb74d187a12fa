//! A header that is removed and set.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users", headers("api-version" = none))]
    async fn users(&self, #[header] api_version: u8) -> Result<String>;
}

fn main() {}
