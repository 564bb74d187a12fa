//! A placeholder for a field.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{user.id}")]
    async fn user(&self, user: u64) -> Result<String>;
}

fn main() {}
