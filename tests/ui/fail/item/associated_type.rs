//! An associated type in the trait.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    type User;

    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
