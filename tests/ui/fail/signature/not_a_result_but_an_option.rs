//! An `Option` as the return type.

use sdk_runtime::{api_client};

#[api_client]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: u64) -> Option<String>;
}

fn main() {}
