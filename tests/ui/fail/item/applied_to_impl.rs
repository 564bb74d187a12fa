//! `#[api_client]` on an `impl`.

use sdk_runtime::api_client;

struct Users;

#[api_client]
impl Users {
    fn name(&self) -> &str {
        "users"
    }
}

fn main() {
    Users.name();
}
