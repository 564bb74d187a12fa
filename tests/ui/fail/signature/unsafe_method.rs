//! An unsafe method.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async unsafe fn users(&self) -> Result<String>;
}

fn main() {}
