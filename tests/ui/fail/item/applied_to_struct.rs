//! `#[api_client]` on a struct.

use sdk_runtime::api_client;

#[api_client]
pub struct Users {
    pub name: String,
}

fn main() {
    let _ = Users { name: String::new() };
}
