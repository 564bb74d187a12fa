//! Nothing fills a placeholder of the base.

use sdk_runtime::{Result, api_client};

#[api_client(base = "/{version}")]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
