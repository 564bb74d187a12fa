//! A misspelt `flag`.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(flg)] verbose: bool) -> Result<String>;
}

fn main() {}
