//! A trait that declares nothing.

use sdk_runtime::api_client;

#[api_client]
pub trait Users {}

fn main() {}
