//! A line of a list that no header can have.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users", headers("accept" = ["text/plain", "plain"]))]
    async fn users(&self) -> Result<String>;
}

fn main() {}
