//! A body is made of parts or a form.

use sdk_runtime::{Part, Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[part] image: Part, #[form] user: &[(&str, &str)]) -> Result<()>;
}

fn main() {}
