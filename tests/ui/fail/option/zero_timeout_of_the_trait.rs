//! A timeout of zero for the trait.

use sdk_runtime::{Result, api_client};

#[api_client(timeout = 0ms)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
