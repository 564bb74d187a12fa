//! `impl Iterator` instead of `Pages`.

use sdk_runtime::api_client;

#[api_client]
pub trait Users {
    #[get("/users", paginate = link)]
    fn users(&self) -> impl Iterator<Item = Vec<String>>;
}

fn main() {}
