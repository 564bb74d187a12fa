//! A function of a whole form.

use sdk_runtime::{Result, api_client};

fn iso(day: &u64) -> String {
    format!("{day:08}")
}

#[api_client(auth = none)]
pub trait Users {
    #[post("/users")]
    async fn users(&self, #[form(with = iso)] form: &[(&str, u64)]) -> Result<String>;
}

fn main() {}
