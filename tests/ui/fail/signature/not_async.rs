//! An endpoint that is no `async fn`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    fn users(&self) -> Result<String>;
}

fn main() {}
