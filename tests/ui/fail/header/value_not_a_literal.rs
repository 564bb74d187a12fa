//! A value from `concat!`, which cannot be checked.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers("user-agent" = concat!("my-app/", env!("CARGO_PKG_VERSION"))))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
