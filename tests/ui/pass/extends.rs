//! Traits that have the endpoints of others.

#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
#![allow(missing_docs, clippy::missing_errors_doc)]

pub mod shared {
    use sdk_runtime::{Pages, Result, api_client};

    /// What each resource has.
    #[api_client(extendable)]
    pub trait Crud<T: serde::de::DeserializeOwned + Send> {
        #[get("")]
        async fn list(&self, #[query] page: Option<u32>) -> Result<T>;

        #[get("/all", paginate = page(page))]
        fn all(&self, #[query] page: Option<u32>) -> Pages<Vec<u32>>;

        #[get("/{id}")]
        async fn get<'a>(&self, id: &'a str, #[header("x-a")] a: &'a str) -> Result<T>;

        /// Was replaced by [`get`](Self::get).
        #[deprecated]
        #[get("/old/{id}")]
        async fn old(&self, id: u64) -> Result<T>;
    }

    #[api_client(extendable)]
    pub trait Audit: std::fmt::Debug {
        #[get("/audit")]
        async fn audit(&self) -> Result<String>;
    }
}

use shared::{Audit, AuditClient, Crud, CrudClient};

#[sdk_runtime::api_client(extends)]
pub trait Users: Send + shared::Crud<String> + Audit {
    #[get("/me")]
    async fn me(&self) -> sdk_runtime::Result<String>;
}

/// Of a type that another trait names.
#[sdk_runtime::api_client(extends, base = "/v1")]
trait Of<T: serde::de::DeserializeOwned + Send>: Crud<T> {}

fn takes(users: &impl Users) {
    drop((users.list(None), users.all(None), users.me(), users.audit(), users.get("a", "b")));
}

fn main() {
    let users = UsersClient::new("https://h.example/users").unwrap();
    takes(&users);
    let _: sdk_runtime::client::Call<String> = users.audit();
    let _: Option<(CrudClient<String>, AuditClient)> = None;
    let of = OfClient::<Vec<u8>>::new("https://h.example").unwrap();
    drop(of.list(Some(1)));
}
