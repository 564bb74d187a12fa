//! A part of a type that is no part.

use sdk_runtime::{Result, api_client};

pub struct Secret;

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[part] secret: Secret) -> Result<()>;
}

fn main() {}
