//! An argument of any type in an erased trait.

use sdk_runtime::{Result, api_client};

#[api_client(dyn)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;

    fn select(&self, by: impl Fn(u64) -> bool) -> bool {
        by(1)
    }
}

fn main() {}
