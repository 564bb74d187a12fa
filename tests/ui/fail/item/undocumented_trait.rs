//! The lint for missing documentation names the trait, and not the macro.
#![deny(missing_docs)]

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Shop: Sized {
    /// All of them.
    #[get("/products")]
    async fn products(&self) -> Result<String>;

    /// The first of them.
    async fn first(&self) -> Result<String> {
        self.products().await
    }
}

fn main() {}
