//! Two styles of one list.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(style = csv, style = brackets)] labels: &[&str]) -> Result<String>;
}

fn main() {}
