//! Two placeholders of one name.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{id}/friends/{id}")]
    async fn user(&self, id: u64) -> Result<String>;
}

fn main() {}
