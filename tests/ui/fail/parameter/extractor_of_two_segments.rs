//! Two segments as axum extracts them.

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users/{id}/posts/{post}")]
    async fn user(&self, Path((id, post)): Path<(u64, u64)>) -> Result<User>;
}

fn main() {}
