//! One header set twice, once by a parameter.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers("accept" = "text/plain"))]
    async fn users(&self, #[header] accept: &str) -> Result<String>;
}

fn main() {}
