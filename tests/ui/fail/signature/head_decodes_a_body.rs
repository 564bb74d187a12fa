//! A return type of HEAD that needs a body.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[head("/users")]
    async fn users(&self) -> Result<Option<String>>;
}

fn main() {}
