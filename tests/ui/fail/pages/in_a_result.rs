//! `Pages` in a `Result`.

use sdk_runtime::{Pages, Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = link)]
    async fn users(&self) -> Result<Pages<Vec<String>>>;
}

fn main() {}
