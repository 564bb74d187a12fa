//! A parameter of type `impl Trait`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query] page: impl ToString) -> Result<String>;
}

fn main() {}
