//! The endpoint's option `idempotent` on the trait.

use sdk_runtime::{Result, api_client};

#[api_client(idempotent)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
