//! A list of a type parameter without its `Result`.

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Debug, Deserialize)]
pub struct User {
    pub name: String,
}

#[api_client]
pub trait Store {
    #[get("/{table}/{id}")]
    async fn one<T: DeserializeOwned + Send>(&self, table: &str, id: u64) -> Result<T>;

    #[get("/{table}")]
    async fn all<T: DeserializeOwned + Send>(&self, table: &str) -> Vec<T>;
}

async fn names(store: &impl Store) -> Result<Vec<String>> {
    Ok(store.all::<User>("users").await?.into_iter().map(|user| user.name).collect())
}

#[tokio::main]
async fn main() -> Result<()> {
    let store = StoreClient::new("https://api.example.com")?;
    let user: User = store.one("users", 7).await?;
    println!("{user:?} {:?}", names(&store).await?);
    Ok(())
}
