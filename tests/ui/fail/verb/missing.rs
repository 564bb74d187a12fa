//! A method with neither verb nor body.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    async fn user(&self) -> Result<String>;
}

fn main() {}
