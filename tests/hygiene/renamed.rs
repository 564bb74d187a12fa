//! The runtime under other names: behind a facade, re-exported, and as another `extern crate`.
#![deny(warnings)]

extern crate sdk_runtime as renamed;

/// What a company's own crate may look like.
mod facade {
    pub(crate) use sdk_runtime::*;
}

mod vendor {
    pub(crate) use sdk_runtime as sdk;
}

/// Nothing here is the crate itself.
mod users {
    /// In the way of a path that is not rooted.
    mod sdk_runtime {}

    use super::facade::{Result, api_client};

    #[api_client(crate = super::facade, dyn, auth = none)]
    pub(super) trait Users<T: serde::de::DeserializeOwned + Send> {
        #[get("/users/{id}")]
        async fn user(&self, id: u64) -> Result<T>;
    }
}

#[vendor::sdk::api_client(crate = crate::renamed::vendor::sdk, auth = none)]
trait Vendored {
    #[post("/sessions")]
    #[session(end)]
    async fn end(&self) -> vendor::sdk::Result<()>;

    #[get("/vendored")]
    async fn vendored(&self) -> vendor::sdk::Result<String>;
}

#[renamed::api_client(crate = self::renamed, auth = none)]
trait Renamed {
    #[get("/renamed")]
    async fn renamed(&self) -> renamed::Result<String>;
}

#[renamed::api_client(crate = r#renamed, auth = none)]
trait Raw {
    #[get("/raw")]
    async fn raw(&self) -> renamed::Result<String>;
}

#[tokio::test]
async fn the_runtime_is_found_by_its_name() {
    use users::Users;

    let users = crate::client!(users::UsersClient<String>);
    assert_eq!(users.user(7).await.unwrap(), "GET /users/7");
    assert_eq!(users::DynUsers::new(users).user(8).await.unwrap(), "GET /users/8");
    assert_eq!(crate::client!(VendoredClient).vendored().await.unwrap(), "GET /vendored");
    assert_eq!(crate::client!(RenamedClient).renamed().await.unwrap(), "GET /renamed");
    assert_eq!(crate::client!(RawClient).raw().await.unwrap(), "GET /raw");
}
