//! The client has a function `builder` already.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;

    async fn builder(&self) -> Result<String> {
        self.users().await
    }
}

fn main() {}
