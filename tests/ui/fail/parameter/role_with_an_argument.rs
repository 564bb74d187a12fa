//! A role that takes no argument.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[queries("page")] page: &[(&str, u32)]) -> Result<String>;
}

fn main() {}
