//! The client has a table `ENDPOINTS` already, and a method is a value of its type as well.
#![allow(non_snake_case)]

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/endpoints")]
    async fn ENDPOINTS(&self) -> Result<String>;
}

fn main() {}
