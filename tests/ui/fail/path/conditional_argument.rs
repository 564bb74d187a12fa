//! A `cfg` on a path argument.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, #[cfg(all())] id: u64) -> Result<String>;
}

fn main() {}
