//! A placeholder that nothing fills.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{user_id}")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
