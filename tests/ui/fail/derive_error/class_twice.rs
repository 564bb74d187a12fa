//! One class on two variants.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{ApiError, Error};

#[derive(Debug, ApiError)]
enum CreateError {
    #[status(4xx)]
    Client,
    #[status(4xx)]
    Caller,
    #[other]
    Other(Error),
}

fn main() {
    fn is_an_error<E: ApiError + std::error::Error>() {}
    is_an_error::<CreateError>();
}
