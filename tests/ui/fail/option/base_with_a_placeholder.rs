//! A base with a placeholder, which no parameter fills.

use sdk_runtime::{Result, api_client};

#[api_client(base = "/{version}")]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
