//! Two verbs on one method.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/user")]
    #[head("/user")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
