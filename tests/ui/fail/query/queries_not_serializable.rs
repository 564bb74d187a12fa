//! `#[queries]` of a struct without `Serialize`.

use sdk_runtime::{Result, api_client};

pub struct Plain {
    pub name: String,
}

#[api_client]
pub trait Shop {
    #[get("/products")]
    async fn products(&self, #[queries] plain: &Plain) -> Result<()>;
}

fn main() {}
