//! A body of a type that cannot be decoded.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{ApiError, Error};

#[derive(Debug)]
struct Existing;

#[derive(Debug, ApiError)]
enum CreateError {
    #[status(409)]
    Duplicate(Existing),
    #[other]
    Other(Error),
}

fn main() {
    fn is_an_error<E: ApiError + std::error::Error>() {}
    is_an_error::<CreateError>();
}
