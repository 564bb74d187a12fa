//! A pattern instead of the parameter for `{id}`.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get("/users/{id}")]
    async fn user(&self, (id, _): (u64, u64)) -> Result<()>;
}

fn main() {}
