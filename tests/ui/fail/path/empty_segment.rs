//! An empty segment.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users//all")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
