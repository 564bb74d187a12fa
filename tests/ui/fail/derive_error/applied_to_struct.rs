//! An error that is a struct.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{ApiError, Error};

#[derive(Debug, ApiError)]
struct CreateError {
    #[status(409)]
    duplicate: u8,
}

fn main() {
    fn is_an_error<E: ApiError + std::error::Error>() {}
    is_an_error::<CreateError>();
}
