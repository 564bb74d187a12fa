//! Retries of a body that can be sent once.

use sdk_runtime::{Result, api_client, body::BodyStream};

#[api_client]
pub trait Users {
    #[put("/users", retry = 3)]
    async fn upload(&self, #[body] file: BodyStream) -> Result<()>;
}

fn main() {}
