//! A line break, which a URL parser deletes.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users\n")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
