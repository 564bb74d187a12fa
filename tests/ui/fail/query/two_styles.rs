//! One list is written in one way.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(style = csv, style = brackets)] labels: &[&str]) -> Result<String>;
}

fn main() {}
