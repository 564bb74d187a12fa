//! An endpoint with a body of its own.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/user")]
    async fn user(&self) -> Result<String> {
        Ok(String::new())
    }
}

fn main() {}
