//! `dyn` for a trait with `Sized`.

use sdk_runtime::{Result, api_client};

#[api_client(dyn)]
pub trait Users
where
    Self: Sized,
{
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
