//! A fake that cannot be shared between threads.

use std::cell::Cell;
use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

struct Fake(Cell<u32>);

impl Users for Fake {}

fn main() {}
