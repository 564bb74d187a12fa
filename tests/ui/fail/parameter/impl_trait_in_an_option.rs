//! An argument of `impl Trait` is inside of another type.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get("/users")]
    async fn users(&self, #[query] page: Option<impl serde::Serialize>) -> Result<()>;
}

fn main() {}
