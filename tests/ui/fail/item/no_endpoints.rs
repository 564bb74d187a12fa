//! A trait without methods.

use sdk_runtime::api_client;

#[api_client]
pub trait Users {}

fn main() {}
