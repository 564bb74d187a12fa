//! An endpoint's option at the trait, which a client has as well.

use sdk_runtime::{Result, api_client};

#[api_client(retry = 3)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
