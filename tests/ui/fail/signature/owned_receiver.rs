//! An endpoint with `self`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(self) -> Result<String>;
}

fn main() {}
