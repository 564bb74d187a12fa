//! A hidden type returned in an erased trait.

use sdk_runtime::{Result, api_client};

#[api_client(dyn)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;

    fn ids(&self) -> impl Iterator<Item = u64> {
        0..3
    }
}

fn main() {}
