//! A macro in the trait that makes an endpoint.

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
pub struct User {
    pub id: u64,
}

#[derive(Serialize)]
pub struct NewUser {
    pub name: String,
}

macro_rules! list {
    ($name:ident, $path:literal) => {
        #[get($path)]
        async fn $name(&self, #[query] page: u32) -> Result<Vec<User>>;
    };
}

#[api_client]
pub trait Users {
    list!(users, "/users");

    #[post("/users")]
    async fn create(&self, #[json] user: &NewUser) -> Result<User>;

    async fn first(&self) -> Result<Option<User>> {
        Ok(self.users(1).await?.into_iter().next())
    }
}

async fn count(api: &impl Users) -> Result<usize> {
    Ok(api.users(1).await?.len())
}

#[tokio::main]
async fn main() -> Result<()> {
    let api = UsersClient::new("https://api.example.com")?;
    let user = api.create(&NewUser { name: "Ada".to_owned() }).await?;
    println!("{} {:?} {:?}", user.id, api.users(1).await?, api.first().await?);
    println!("{}", count(&api).await?);
    Ok(())
}
