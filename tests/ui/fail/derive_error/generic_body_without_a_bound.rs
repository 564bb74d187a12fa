//! A body of a type parameter without a bound.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{ApiError, Error};

#[derive(Debug, ApiError)]
enum Failure<T> {
    #[status(409)]
    Duplicate(T),
    #[other]
    Other(Error),
}

type CreateError = Failure<String>;

fn main() {
    fn is_an_error<E: ApiError + std::error::Error>() {}
    is_an_error::<CreateError>();
}
