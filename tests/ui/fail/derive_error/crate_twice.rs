//! `crate` twice.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{ApiError, Error};

#[derive(Debug, ApiError)]
#[api_error(crate = sdk_runtime, crate = sdk_runtime)]
enum CreateError {
    #[other]
    Other(Error),
}

fn main() {
    fn is_an_error<E: ApiError + std::error::Error>() {}
    is_an_error::<CreateError>();
}
