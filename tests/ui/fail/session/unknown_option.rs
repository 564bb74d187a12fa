//! A misspelt `refused`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/refresh")]
    #[session(refresh, refusd = refusal)]
    async fn refresh(&self) -> Result<String>;
}

fn main() {}
