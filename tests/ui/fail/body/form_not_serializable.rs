//! A form of a struct without `Serialize`.

use sdk_runtime::{Result, api_client};

pub struct Plain {
    pub name: String,
}

#[api_client]
pub trait Shop {
    #[post("/products")]
    async fn products(&self, #[form] plain: &Plain) -> Result<()>;
}

fn main() {}
