//! A header with an empty list of lines.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users", headers("api-version" = []))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
