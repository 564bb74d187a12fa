//! The endpoint's option `retry` on the trait. A client has it as well.

use sdk_runtime::{Result, api_client};

#[api_client(retry = 3)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
