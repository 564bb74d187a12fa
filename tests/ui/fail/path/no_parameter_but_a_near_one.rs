//! A placeholder, and a parameter with nearly its name.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{user_id}")]
    async fn user(&self, userid: u64) -> Result<String>;
}

fn main() {}
