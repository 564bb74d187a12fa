//! Pages in a result that nothing waits for.

use sdk_runtime::{Pages, Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = link)]
    fn users(&self) -> Result<Pages<Vec<String>>>;
}

fn main() {}
