//! A path with a host.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("//users.example/users")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
