//! Parts without names.

use sdk_runtime::{Part, Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[post("/users")]
    async fn users(&self, #[parts] files: Vec<Part>) -> Result<String>;
}

fn main() {}
