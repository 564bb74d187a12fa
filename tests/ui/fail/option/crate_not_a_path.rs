//! `crate` with a string instead of a path.

use sdk_runtime::{Result, api_client};

#[api_client(crate = "sdk")]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
