//! `#[api_client]` on the implementation of a trait.

use sdk_runtime::{Result, api_client};

pub struct Api;

pub trait Users {
    fn user(&self, id: u64) -> Result<String>;
}

#[api_client]
impl Users for Api {
    #[get("/users/{id}")]
    fn user(&self, #[path] id: u64) -> Result<String>;
}

fn main() -> Result<()> {
    println!("{}", Api.user(7)?);
    Ok(())
}
