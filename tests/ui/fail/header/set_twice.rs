//! One header set twice.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers("accept" = "text/plain", "Accept" = "text/html"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
