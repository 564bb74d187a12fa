//! A macro that makes all endpoints of a trait with a type parameter and of its fake.

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Debug, Deserialize)]
pub struct User {
    pub id: u64,
}

macro_rules! crud {
    ($one:ident, $all:ident, $path:literal) => {
        #[get($path)]
        async fn $all(&self) -> Result<Vec<T>>;

        #[delete($path)]
        async fn $one(&self, #[query] id: u64) -> Result<()>;
    };
}

#[api_client(auth = none)]
pub trait Store<T: DeserializeOwned + Send + Sync> {
    crud! { remove, all, "/items" }
}

struct Fake;

impl Store<User> for Fake {
    async fn all(&self) -> Result<Vec<User>> {
        Ok(vec![User { id: 7 }])
    }
}

async fn count<S: Store<User>>(store: &S) -> Result<usize> {
    Ok(store.all().await?.len())
}

#[tokio::main]
async fn main() -> Result<()> {
    let store = StoreClient::<User>::new("https://api.example.com")?;
    store.remove(7).await?;
    println!("{} {}", count(&store).await?, count(&Fake).await?);
    Ok(())
}
