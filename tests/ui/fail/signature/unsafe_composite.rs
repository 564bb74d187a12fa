//! An unsafe method with a body.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;

    unsafe fn count(&self) -> usize {
        3
    }
}

fn main() {}
