//! A base that is a constant, which cannot be checked.

use sdk_runtime::{Result, api_client};

#[api_client(base = BASE)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
