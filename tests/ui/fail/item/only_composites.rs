//! A trait whose methods all have bodies.

use sdk_runtime::api_client;

#[api_client]
pub trait Users {
    fn name(&self) -> &'static str {
        "users"
    }
}

fn main() {}
