//! Parts and a body.

use sdk_runtime::{Part, Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[post("/users")]
    async fn users(&self, #[json] name: &str, #[parts] files: &[(String, Part)]) -> Result<String>;
}

fn main() {}
