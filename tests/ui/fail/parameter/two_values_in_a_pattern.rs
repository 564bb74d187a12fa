//! Two segments in one pattern.

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users/{id}/posts/{post}")]
    async fn user(&self, (id, post): (u64, u64)) -> Result<User>;
}

fn main() {}
