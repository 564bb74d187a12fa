//! `Pages` in a `Result` of a plain `fn`.

use sdk_runtime::{Pages, Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = link)]
    fn users(&self) -> Result<Pages<Vec<String>>>;
}

fn main() {}
