//! The block of `sdk-macros/docs/api_client.md` about supertraits.

use sdk_runtime::{Result, api_client};
use serde::de::DeserializeOwned;

pub trait Entity: DeserializeOwned + Send {}

#[derive(Debug, serde::Deserialize)]
pub struct User {}

impl Entity for User {}

#[api_client(extendable)]
pub trait Crud<T: Entity> {
    #[get("/{id}")]
    async fn get(&self, id: u64) -> Result<T>;
}

#[api_client(extends)]
pub trait Users: Crud<User> {
    #[post("/{id}/block")]
    async fn block(&self, id: u64) -> Result<()>;
}

#[test]
fn a_client_has_the_endpoints_of_both() {
    let users = UsersClient::new("https://tracker.example").unwrap();
    let paths = [users.get(7).request().unwrap(), users.block(7).request().unwrap()];
    assert_eq!(paths.map(|request| request.url().path().to_owned()), ["/7", "/7/block"]);
}
