//! An option with an equals sign and no value.

use sdk_runtime::{Result, api_client};

#[api_client(base =)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
