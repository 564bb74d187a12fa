//! An endpoint with `self: Arc<Self>`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(self: std::sync::Arc<Self>) -> Result<String>;
}

fn main() {}
