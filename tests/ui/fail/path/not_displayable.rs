//! A path argument without `Display`.

use sdk_runtime::{Result, api_client};

pub struct Secret;

#[api_client]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: Secret) -> Result<String>;
}

fn main() {}
