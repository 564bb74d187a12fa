//! A return type that is no `Result`.

use sdk_runtime::{api_client};

pub type Reply = Vec<String>;

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Reply;
}

fn main() {}
