//! A header of a type that is no header value.

use sdk_runtime::{Result, api_client};

pub struct Secret;

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[header] id: Secret) -> Result<String>;
}

fn main() {}
