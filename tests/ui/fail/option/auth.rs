//! An unknown value of `auth`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = never)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
