//! A wrong name of `paginate`.

use sdk_runtime::{Pages, api_client};

#[api_client]
trait Users {
    #[get("/users", pagination = link)]
    fn users(&self) -> Pages<Vec<String>>;
}

fn main() {}
