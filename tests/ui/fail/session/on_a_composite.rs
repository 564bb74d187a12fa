//! `#[session]` on a composite.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;

    #[session(start)]
    async fn login(&self) -> Result<String> {
        self.users().await
    }
}

fn main() {}
