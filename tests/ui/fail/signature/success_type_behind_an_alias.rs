//! A success type behind an alias that cannot be decoded.

use sdk_runtime::{Result, api_client};

pub struct NoDe;
pub type Reply<T> = Result<T>;

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Reply<NoDe>;
}

fn main() {}
