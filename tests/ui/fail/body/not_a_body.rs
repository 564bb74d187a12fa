//! A body of a type that is no body.

use sdk_runtime::{Result, api_client};

pub struct Secret;

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[body] user: Secret) -> Result<()>;
}

fn main() {}
