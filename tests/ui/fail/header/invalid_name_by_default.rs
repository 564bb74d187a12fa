//! A name that is not ASCII.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[header] größe: &str) -> Result<String>;
}

fn main() {}
