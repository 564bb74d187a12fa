//! A word that is no rule.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = never)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
