//! A method with `&mut self` cannot be called on a shared type.

use sdk_runtime::{Result, api_client};

#[api_client(dyn)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;

    fn count(&mut self) -> u64 {
        0
    }
}

fn main() {}
