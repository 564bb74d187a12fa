//! A key and an equals sign.

use sdk_runtime::{Result, api_client};

#[api_client(base =)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
