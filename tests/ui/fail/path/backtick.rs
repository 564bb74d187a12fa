//! A backtick, which a URL parser encodes.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users`")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
