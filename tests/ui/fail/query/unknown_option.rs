//! An unknown option of `#[query]`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(separator = ",")] labels: &[&str]) -> Result<String>;
}

fn main() {}
