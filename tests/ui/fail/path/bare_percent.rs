//! A percent sign without two hex digits.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/100%")]
    async fn user(&self) -> Result<String>;
}

fn main() {}
