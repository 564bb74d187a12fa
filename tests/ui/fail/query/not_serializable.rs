//! A query parameter without `Serialize`.

use sdk_runtime::{Result, api_client};

pub struct Secret;

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query] id: Secret) -> Result<String>;
}

fn main() {}
