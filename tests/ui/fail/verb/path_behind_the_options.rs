//! A path after an option.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get(timeout = 3s, "/users")]
    async fn users(&self) -> Result<()>;
}

fn main() {}
