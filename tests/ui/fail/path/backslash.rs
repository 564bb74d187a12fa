//! A backslash would become a slash on the way.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users\\all")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
