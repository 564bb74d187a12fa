//! A placeholder in the query.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users?page={page}")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
