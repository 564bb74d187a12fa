//! A misspelt style.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query("label", style = bracket)] labels: &[&str]) -> Result<String>;
}

fn main() {}
