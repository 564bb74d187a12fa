//! `no_refresh` where nothing is signed.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = none(no_refresh))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
