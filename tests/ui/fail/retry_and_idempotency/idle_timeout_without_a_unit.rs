//! The limit of silence without its unit.

use sdk_runtime::{ByteStream, Result, api_client};

#[api_client]
pub trait Files {
    #[get("/dump", idle_timeout = 30)]
    async fn dump(&self) -> Result<ByteStream>;
}

fn main() {}
