//! A flag that is a text.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(flag)] verbose: &str) -> Result<String>;
}

fn main() {}
