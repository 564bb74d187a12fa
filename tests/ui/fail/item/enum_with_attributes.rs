//! `#[api_client]` on an enum, with attributes on its variants.

use sdk_runtime::api_client;

#[api_client]
pub enum Users {
    #[get("/users/{id}")]
    User {
        #[path]
        id: u64,
    },
    #[get("/users")]
    Users(#[query] u32),
}

fn main() {
    for users in [Users::User { id: 7 }, Users::Users(3)] {
        match users {
            Users::User { id } => println!("{id}"),
            Users::Users(page) => println!("{page}"),
        }
    }
}
