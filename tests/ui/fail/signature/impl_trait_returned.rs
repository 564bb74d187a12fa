//! `impl Trait` as the return type.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<impl Sized>;
}

fn main() {}
