//! A closing brace without an opening one.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/id}")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
