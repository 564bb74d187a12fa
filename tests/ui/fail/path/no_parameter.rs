//! A placeholder without a parameter.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{user_id}")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
