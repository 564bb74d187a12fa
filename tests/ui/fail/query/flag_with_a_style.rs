//! A flag with a style of lists.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(flag, style = csv)] verbose: bool) -> Result<String>;
}

fn main() {}
