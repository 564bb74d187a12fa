//! A word that `required` does not take.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", auth = required(admin))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
