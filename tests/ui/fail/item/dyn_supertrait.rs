//! A supertrait that the erased client cannot have.

use sdk_runtime::{Result, api_client};

pub trait Named {
    fn name(&self) -> String;
}

#[api_client(dyn)]
pub trait Users: Named {
    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

impl Named for UsersClient {
    fn name(&self) -> String {
        String::new()
    }
}

fn main() {}
