//! Parts with a method that has no body.

use sdk_runtime::{Part, Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[parts] files: &[(String, Part)]) -> Result<String>;
}

fn main() {}
