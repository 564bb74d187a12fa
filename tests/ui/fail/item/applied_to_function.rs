//! `#[api_client]` on a function.

use sdk_runtime::api_client;

#[api_client]
fn users() {}

fn main() {
    users();
}
