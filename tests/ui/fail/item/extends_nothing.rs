//! `extends` on a trait without a supertrait that has endpoints.

use sdk_runtime::{Result, api_client};

#[api_client(extends)]
trait Users: Send {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
