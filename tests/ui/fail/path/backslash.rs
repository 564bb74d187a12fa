//! A backslash, which a URL parser turns into a slash.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users\\all")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
