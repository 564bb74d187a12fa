//! HEAD has no body.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[head("/users")]
    async fn users(&self, #[body] filter: String) -> Result<()>;
}

fn main() {}
