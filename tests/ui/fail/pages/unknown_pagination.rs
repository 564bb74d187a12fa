//! An unknown value of `paginate`.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = keyset)]
    fn users(&self) -> Pages<Vec<String>>;
}

fn main() {}
