//! A method with a foreign ABI.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async extern "C" fn users(&self) -> Result<String>;
}

fn main() {}
