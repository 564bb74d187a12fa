//! What the answer is decoded into would borrow from the client.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get("/users")]
    async fn names(&self) -> Result<Vec<&str>>;
}

fn main() {}
