//! The path of the crate on a variant.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{ApiError, Error};

#[derive(Debug, ApiError)]
enum CreateError {
    #[api_error(crate = sdk_runtime)]
    #[other]
    Other(Error),
}

fn main() {
    fn is_an_error<E: ApiError + std::error::Error>() {}
    is_an_error::<CreateError>();
}
