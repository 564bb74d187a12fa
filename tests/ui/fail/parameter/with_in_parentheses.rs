//! The function of a parameter in parentheses.

use sdk_runtime::{Result, api_client};

fn iso(day: &u64) -> String {
    format!("{day:08}")
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/days/{day}")]
    async fn users(&self, #[path(with(iso))] day: u64) -> Result<String>;
}

fn main() {}
