//! A fragment, which is never sent.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users#first")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
