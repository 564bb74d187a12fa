//! A header without a value, as `None`.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users", headers("api-version" = None))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
