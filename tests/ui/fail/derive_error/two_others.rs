//! Two variants for every other failure.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{ApiError, Error};

#[derive(Debug, ApiError)]
enum CreateError {
    #[other]
    Other(Error),
    #[other]
    Unknown(Error),
}

fn main() {
    fn is_an_error<E: ApiError + std::error::Error>() {}
    is_an_error::<CreateError>();
}
