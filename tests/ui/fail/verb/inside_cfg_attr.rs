//! The compiler evaluates `cfg_attr` after the macro has run.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[cfg_attr(all(), get("/user"))]
    async fn user(&self) -> Result<String>;
}

fn main() {}
