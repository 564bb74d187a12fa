//! Pages behind an alias.

use sdk_runtime::{Pages, api_client};

type Users = Pages<Vec<String>>;

#[api_client]
pub trait Directory {
    #[get("/users", paginate = link)]
    fn users(&self) -> Users;
}

fn main() {}
