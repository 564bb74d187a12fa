//! A path that is a constant, which cannot be checked.

use sdk_runtime::{Result, api_client};

pub const USER: &str = "/user";

#[api_client]
pub trait Users {
    #[get(USER)]
    async fn user(&self) -> Result<String>;
}

fn main() {}
