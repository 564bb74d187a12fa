//! A macro call in the trait.

use sdk_runtime::{Result, api_client};

macro_rules! endpoints {
    () => {};
}

#[api_client]
pub trait Users {
    endpoints!();

    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
