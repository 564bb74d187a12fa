//! An unknown kind of part.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[part("meta", jsn)] meta: &str) -> Result<()>;
}

fn main() {}
