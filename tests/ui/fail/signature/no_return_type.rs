//! Calls can fail.

use sdk_runtime::{api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self);
}

fn main() {}
