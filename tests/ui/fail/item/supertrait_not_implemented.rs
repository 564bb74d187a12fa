//! The client has to implement the supertraits of its trait.

use sdk_runtime::{Result, api_client};

pub trait Named {
    fn name(&self) -> String;
}

#[api_client]
pub trait Users: Named {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

fn main() {}
