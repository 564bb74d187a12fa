//! `dyn` with a value.

use sdk_runtime::{Result, api_client};

#[api_client(dyn = true)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
