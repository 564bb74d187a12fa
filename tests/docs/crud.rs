//! `docs/cookbook/crud.md`.

use std::error::Error as StdError;

use sdk_runtime::{Result, ServiceTransport, Session, api_client, error::BuildError};
use sdk_testkit::{Reply, StubRouter};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub trait Entity: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The path of the resource below the API.
    const PATH: &'static str;
}

#[api_client(extendable)]
pub trait Crud<T: Entity> {
    #[get("")]
    async fn list(&self) -> Result<Vec<T>>;

    #[post("")]
    async fn create(&self, #[json] entity: &T) -> Result<T>;

    #[get("/{id}")]
    async fn get(&self, id: u64) -> Result<Option<T>>;

    #[put("/{id}")]
    async fn replace(&self, id: u64, #[json] entity: &T) -> Result<T>;

    #[delete("/{id}")]
    async fn delete(&self, id: u64) -> Result<()>;
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub name: String,
}

impl Entity for User {
    const PATH: &'static str = "/users";
}

fn crud<T: Entity>(api: &str, session: &Session) -> Result<CrudClient<T>, BuildError> {
    CrudClient::builder(format!("{api}{}", T::PATH)).session(session).build()
}

#[api_client(extends)]
pub trait Users: Crud<User> {
    #[post("/{id}/block")]
    async fn block(&self, id: u64) -> Result<()>;
}

#[test]
fn a_resource_has_endpoints_of_its_own() -> Result<(), Box<dyn StdError>> {
    let login = CrudClient::<User>::new("https://tracker.example/v1")?;
    let users = UsersClient::builder("https://tracker.example/v1/users").session(login.session()).build()?;
    let block = users.block(7); // POST https://tracker.example/v1/users/7/block
    assert_eq!(block.request()?.url().as_str(), "https://tracker.example/v1/users/7/block");
    let one = users.get(7); // GET https://tracker.example/v1/users/7
    assert_eq!(one.request()?.url().as_str(), "https://tracker.example/v1/users/7");
    Ok(())
}

#[test]
fn the_url_of_the_client_says_which_resource_it_is() -> Result<(), Box<dyn StdError>> {
    let login = CrudClient::<User>::new("https://tracker.example/v1")?;
    let users: CrudClient<User> = crud("https://tracker.example/v1", login.session())?;
    let list = users.list(); // GET https://tracker.example/v1/users
    assert_eq!(list.request()?.url().as_str(), "https://tracker.example/v1/users");
    let one = users.get(7); // GET https://tracker.example/v1/users/7
    assert_eq!(one.request()?.url().as_str(), "https://tracker.example/v1/users/7");
    Ok(())
}

#[tokio::test]
async fn each_resource_has_the_five_endpoints() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::with_base(
        "/users",
        [("get", "GET", "/{id}"), ("replace", "PUT", "/{id}"), ("delete", "DELETE", "/{id}")],
    );
    let ann = User { name: "ann".to_owned() };
    stub.endpoint("get").reply(Reply::json(&json!({ "name": "ann" })));
    stub.endpoint("replace").reply(Reply::json(&json!({ "name": "ann" })));
    stub.endpoint("delete").reply(Reply::empty());
    stub.backend().reply("GET", "/users", Reply::json(&json!([{ "name": "ann" }])));
    stub.backend().reply("POST", "/users", Reply::json(&json!({ "name": "ann" })));
    let users = CrudClient::<User>::builder("http://localhost/users")
        .bearer("token")
        .transport(ServiceTransport::new(stub.clone()))
        .build()?;
    assert_eq!(users.list().await?, [User { name: "ann".to_owned() }]);
    assert_eq!(users.create(&ann).await?, ann);
    assert_eq!(users.get(7).await?.as_ref(), Some(&ann));
    assert_eq!(users.replace(7, &ann).await?, ann);
    users.delete(7).await?;
    Ok(())
}
