//! A closure in the place of a function.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(with = |day: &u64| day.to_string())] day: u64) -> Result<String>;
}

fn main() {}
