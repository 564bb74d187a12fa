//! `paginate` with a value of another kind.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = "link")]
    fn users(&self) -> Pages<Vec<String>>;
}

fn main() {}
