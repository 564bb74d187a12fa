//! A path with a scheme and a host.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("https://users.example/users")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
