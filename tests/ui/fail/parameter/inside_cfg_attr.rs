//! The compiler evaluates `cfg_attr` after the macro has run.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[cfg_attr(all(), query)] page: u32) -> Result<String>;
}

fn main() {}
