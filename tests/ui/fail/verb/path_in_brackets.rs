//! A path in brackets.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get["/user"]]
    async fn user(&self) -> Result<String>;
}

fn main() {}
