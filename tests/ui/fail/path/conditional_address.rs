//! A `cfg` on the address.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get]
    async fn next(
        &self,
        #[cfg(unix)]
        #[url]
        next: &str,
    ) -> Result<String>;
}

fn main() {}
