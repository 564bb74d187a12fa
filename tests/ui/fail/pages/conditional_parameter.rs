//! A `cfg` on the parameter for the number of the page.

use sdk_runtime::{Pages, api_client};

#[api_client]
pub trait Users {
    #[get("/users", paginate = page(page))]
    fn users(
        &self,
        #[cfg(unix)]
        #[query]
        page: Option<u32>,
    ) -> Pages<Vec<String>>;
}

fn main() {}
