//! The base is checked when the trait is compiled.

use sdk_runtime::{Result, api_client};

#[api_client(base = BASE)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
