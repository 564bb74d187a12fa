//! One option of the trait twice.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none, auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
