//! Two roles in one `#[session]`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/logout")]
    #[session(end, start)]
    async fn logout(&self) -> Result<()>;
}

fn main() {}
