//! A return type that borrows.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get("/users")]
    async fn names(&self) -> Result<Vec<&str>>;
}

fn main() {}
