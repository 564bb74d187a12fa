//! A misspelt `no_refresh`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = required(norefresh))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
