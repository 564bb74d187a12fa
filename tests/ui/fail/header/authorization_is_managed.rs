//! `authorization` in an endpoint that the session signs.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", headers("authorization" = "Basic dTpw"))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
