//! The trait is implemented by a fake, taken as `&impl Users`, and its futures are spawned.
#![deny(warnings)]

use sdk_runtime::{Error, Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: u64) -> Result<String>;

    #[get("/users")]
    async fn users(&self) -> Result<Vec<String>>;

    async fn named(&self, id: u64, name: &str) -> Result<bool> {
        Ok(self.user(id).await? == name)
    }
}

struct Fake;

impl Users for Fake {
    async fn user(&self, id: u64) -> Result<String> {
        Ok(format!("user {id}"))
    }
}

async fn greet(users: &impl Users) -> Result<String> {
    Ok(format!("Hello {}", users.user(7).await?))
}

fn spawn<T: Send>(future: impl Future<Output = T> + Send + 'static) -> impl Future<Output = T> + Send {
    future
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(greet(&Fake).await.unwrap(), "Hello user 7");
    assert!(spawn(async { Fake.named(7, "user 7").await }).await.unwrap());
    match Fake.users().await {
        Err(Error::Unimplemented(name)) => assert_eq!(name, "Users::users"),
        other => panic!("{other:?}"),
    }

    let client = UsersClient::new("https://users.example").unwrap();
    drop(spawn(client.user(7).into_future()));
    let clone = client.clone();
    drop(spawn(async move { greet(&clone).await }));
    drop(spawn(async move { client.named(7, "Ada").await }));
}
