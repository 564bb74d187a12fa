//! `authorization` of a trait whose endpoints the session signs.

use sdk_runtime::{Result, api_client};

#[api_client(headers("authorization" = "Basic dTpw"))]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;

    #[get("/groups")]
    async fn groups(&self) -> Result<String>;
}

fn main() {}
