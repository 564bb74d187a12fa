//! The function of a parameter in quotes.

use sdk_runtime::{Result, api_client};

fn iso(day: &u64) -> String {
    format!("{day:08}")
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(with = "iso")] day: u64) -> Result<String>;
}

fn main() {}
