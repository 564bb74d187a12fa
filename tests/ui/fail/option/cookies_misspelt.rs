//! A misspelt `auth = cookies`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = cookie)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
