//! An error that is a union.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{ApiError, Error};

#[derive(ApiError)]
union CreateError {
    duplicate: u8,
}

impl std::fmt::Debug for CreateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CreateError")
    }
}

fn main() {
    fn is_an_error<E: ApiError + std::error::Error>() {}
    is_an_error::<CreateError>();
}
