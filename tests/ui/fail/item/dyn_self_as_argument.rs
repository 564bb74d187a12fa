//! Another client of the same type in an erased trait.

use sdk_runtime::{Result, api_client};

#[api_client(dyn)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;

    fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

fn main() {}
