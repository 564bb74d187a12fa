//! An endpoint with `&mut self`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&mut self) -> Result<String>;
}

fn main() {}
