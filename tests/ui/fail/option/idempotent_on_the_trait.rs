//! An endpoint's option at the trait, which a GET has no use for.

use sdk_runtime::{Result, api_client};

#[api_client(idempotent)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
