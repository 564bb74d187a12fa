//! `authorization` of the trait in an endpoint that the session signs.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none, headers("authorization" = "Basic dTpw"))]
pub trait Users {
    #[get("/users", auth = optional)]
    async fn users(&self) -> Result<String>;

    #[get("/groups")]
    async fn groups(&self) -> Result<String>;
}

fn main() {}
