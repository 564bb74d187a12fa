//! Pages of answers without a body.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[head("/users", paginate = link)]
    fn users(&self) -> Pages<Vec<String>>;
}

fn main() {}
