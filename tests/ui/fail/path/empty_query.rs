//! A question mark without a query.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users?")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
