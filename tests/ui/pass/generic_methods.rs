//! Generic methods, lifetimes and `where` clauses.
#![deny(warnings)]

use sdk_runtime::{Result, api_client};
use serde::{Serialize, de::DeserializeOwned};

#[api_client]
pub trait Store {
    #[get("/items/{key}")]
    async fn get<T: DeserializeOwned + 'static>(&self, key: &str) -> Result<T>;

    #[put("/items/{key}")]
    async fn put<T>(&self, key: &str, #[json] value: &T) -> Result<()>
    where
        T: Serialize + Sync;

    #[get("/items")]
    async fn list<'a>(&self, #[query] names: &'a [&'a str]) -> Result<Vec<String>>;

    async fn copy<T: Serialize + DeserializeOwned + Send + Sync + 'static>(
        &self,
        from: &str,
        to: &str,
    ) -> Result<T> {
        let value: T = self.get(from).await?;
        self.put(to, &value).await?;
        Ok(value)
    }
}

fn main() {
    let client = StoreClient::new("https://store.example").unwrap();
    let _ = client.get::<u32>("a");
    let _ = client.put("a", &7);
    let _ = client.list(&["a"]);
    drop(client.copy::<u32>("a", "b"));
}
