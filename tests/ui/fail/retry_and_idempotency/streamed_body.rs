//! Retries of a body that can be sent once.

use sdk_runtime::{BodyStream, Result, api_client};

#[api_client]
pub trait Users {
    #[put("/users", retry = 3)]
    async fn upload(&self, #[body] file: BodyStream) -> Result<()>;
}

fn main() {}
