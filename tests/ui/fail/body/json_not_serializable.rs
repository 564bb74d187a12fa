//! A JSON body of a type without `Serialize`.

use sdk_runtime::{Result, api_client};

pub struct Secret;

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[json] user: &Secret) -> Result<()>;
}

fn main() {}
