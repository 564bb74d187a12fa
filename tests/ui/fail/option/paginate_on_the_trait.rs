//! The endpoint's option `paginate` on the trait.

use sdk_runtime::{Result, api_client};

#[api_client(paginate = link)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
