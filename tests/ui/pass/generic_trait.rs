//! A trait with parameters has a client with the same.

use std::fmt::Display;

use sdk_runtime::{Result, api_client};
use serde::{Serialize, de::DeserializeOwned};

pub trait Entity: Serialize + DeserializeOwned {
    type Id: Display + Send;
}

#[derive(serde::Serialize, serde::Deserialize)]
struct User {
    name: String,
}

impl Entity for User {
    type Id = u64;
}

#[api_client]
pub trait Crud<T: Entity>
where
    T: Send + Sync,
{
    #[get("/{id}")]
    async fn get(&self, id: T::Id) -> Result<Option<T>>;

    #[get("/")]
    async fn list(&self) -> Result<Vec<T>>;

    #[post("/")]
    async fn create(&self, #[json] entity: &T) -> Result<T>;

    async fn get_or<'a>(&self, id: T::Id, other: &'a T) -> Result<Option<T>>
    where
        T: Clone,
    {
        Ok(Some(self.get(id).await?.unwrap_or_else(|| other.clone())))
    }
}

#[api_client]
pub trait Borrowing<'a, K: Display + ?Sized = str> {
    #[get("/{key}")]
    async fn get(&self, key: &K) -> Result<String>;
}

async fn any<C: Crud<User>>(client: &C) -> Result<Vec<User>> {
    client.list().await
}

fn main() {
    let users = CrudClient::<User>::new("http://localhost").unwrap();
    let _ = users.clone().get(7);
    let _ = users.create(&User { name: String::new() });
    drop(any(&users));
    assert_eq!(CrudClient::<User>::ENDPOINTS.len(), 3);
    let _ = BorrowingClient::<'static, str>::new("http://localhost").unwrap().get("x");
}
