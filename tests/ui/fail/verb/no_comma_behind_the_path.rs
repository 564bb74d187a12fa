//! A comma is missing between the path and the option.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get("/users" timeout = 3s)]
    async fn users(&self) -> Result<()>;
}

fn main() {}
