//! The number of the page is not always there.

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
