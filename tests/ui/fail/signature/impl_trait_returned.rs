//! What the answer is decoded into is hidden.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<impl Sized>;
}

fn main() {}
