//! `extends`: the endpoints of a supertrait.

use sdk_runtime::{Call, Result, Tokens, api_client, oauth};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::wire::{accepting, memory};

mod shared {
    use super::*;

    pub trait Entity: Serialize + DeserializeOwned + Send + Sync + 'static {}

    /// What each resource has.
    #[api_client(extendable)]
    pub trait Crud<T: Entity> {
        #[get("")]
        async fn list(&self) -> Result<Vec<T>>;

        #[get("/{id}")]
        async fn get(&self, id: u64) -> Result<Option<T>>;

        #[put("/{id}")]
        async fn replace(&self, id: u64, #[json] entity: &T) -> Result<()>;

        async fn first(&self) -> Result<Option<T>> {
            Ok(self.list().await?.into_iter().next())
        }
    }

    /// How the program signs in.
    #[api_client(extendable)]
    pub trait Login {
        #[post("/token")]
        #[session(refresh)]
        async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

        #[post("/logout")]
        #[session(end)]
        async fn logout(&self) -> Result<()>;
    }
}

use shared::{Crud, CrudClient, Entity, Login, LoginClient};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    name: String,
}

impl Entity for User {}

#[api_client(extends)]
pub trait Users: Crud<User> + Login {
    #[post("/{id}/block")]
    async fn block(&self, id: u64) -> Result<()>;
}

/// Nothing but the endpoints of the other trait, at any type.
#[api_client(extends, extendable, auth = none)]
pub trait Things<T: Entity>: shared::Crud<T> + Send {}

async fn first_of(users: &impl Crud<User>) -> Result<Option<User>> {
    users.first().await
}

async fn of_all<T: Users>(users: T) -> Result<Vec<User>> {
    users.block(1).await?;
    users.list().await
}

#[tokio::test]
async fn a_client_has_the_endpoints_of_its_supertraits() {
    let backend = accepting();
    backend.route("GET", "/users", |_| async { Reply::json(&[json!({ "name": "Ann" })]) });
    let users: UsersClient =
        UsersClient::builder("http://localhost/users").transport(memory(&backend)).build().unwrap();
    users.session().sign_in(Tokens::new("a1")).unwrap();

    let ann = || User { name: "Ann".to_owned() };
    let list: Call<Vec<User>> = users.list();
    assert_eq!(list.await.unwrap(), [ann()], "with the options of a call");
    assert_eq!(users.clone().first().await.unwrap(), Some(ann()));
    assert_eq!(first_of(&users).await.unwrap(), Some(ann()));
    assert_eq!(of_all(users.clone()).await.unwrap(), [ann()]);
    let crud: CrudClient<User> = CrudClient::builder("http://localhost/users")
        .session(users.session())
        .transport(memory(&backend))
        .build()
        .unwrap();
    assert_eq!(first_of(&&crud).await.unwrap(), Some(ann()), "the shared trait's own client stays as it is");
    users.replace(7, &ann()).await.unwrap();
    let last = backend.last().unwrap();
    assert_eq!(
        (last.method().as_str(), last.path(), last.bearer()),
        ("PUT", "/users/7", Some("a1")),
        "signed"
    );
}

/// One session: the refresh of the supertrait serves the endpoints of both.
#[tokio::test]
async fn the_session_endpoints_of_a_supertrait_are_the_clients() {
    let backend = Backend::new();
    backend.route("POST", "/token", |_| async {
        Reply::json(&json!({ "access_token": "a2", "token_type": "Bearer" }))
    });
    backend.route("POST", "/logout", |_| async { Reply::empty() });
    backend.route("POST", "/7/block", |request| async move {
        match request.bearer() {
            Some("a2") => Reply::empty(),
            _ => Reply::empty().status(401),
        }
    });
    let users = UsersClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    users.session().sign_in(Tokens::new("a1").refresh_token("r1")).unwrap();
    users.block(7).await.unwrap();
    users.logout().await.unwrap();
    assert!(!users.session().state().is_signed_in());
    let paths: Vec<_> = backend.requests().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(paths, ["/7/block", "/token", "/7/block", "/logout"]);
}

/// A login may not travel in the clear, whichever trait declares it.
#[test]
fn i6_a_login_of_a_supertrait_needs_a_safe_base() {
    #[api_client(extends)]
    trait Api: Login {}
    assert_eq!(ApiClient::new("http://tracker.example").unwrap_err().code(), "build.insecure");
    assert!(ApiClient::new("https://tracker.example").is_ok());
}

#[tokio::test]
async fn a_fake_implements_both() {
    struct Fake;

    impl Crud<User> for Fake {
        async fn list(&self) -> Result<Vec<User>> {
            Ok(vec![User { name: "Bob".to_owned() }])
        }
    }

    impl Login for Fake {}

    impl Users for Fake {
        async fn block(&self, _: u64) -> Result<()> {
            Ok(())
        }
    }

    assert_eq!(of_all(Fake).await.unwrap()[0].name, "Bob");
}

#[tokio::test]
async fn each_type_of_a_generic_trait_has_its_own() {
    let backend = accepting();
    let things = ThingsClient::<User>::builder("http://localhost/things")
        .transport(memory(&backend))
        .bearer("k")
        .build()
        .unwrap();
    things.replace(1, &User { name: "Ann".to_owned() }).await.unwrap();
    assert_eq!(backend.last().unwrap().path(), "/things/1");
}
