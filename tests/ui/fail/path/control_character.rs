//! A line break would be deleted on the way.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users\n")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
