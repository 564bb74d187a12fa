//! A success type that cannot be decoded.

use sdk_runtime::{Result, api_client};

pub struct NoDe;

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<NoDe>;
}

fn main() {}
