//! The limit of an attempt without its unit.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/user", attempt_timeout = 5)]
    async fn user(&self) -> Result<()>;
}

fn main() {}
