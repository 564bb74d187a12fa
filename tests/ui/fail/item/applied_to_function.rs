//! A client is declared by a trait.

use sdk_runtime::api_client;

#[api_client]
fn users() {}

fn main() {
    users();
}
