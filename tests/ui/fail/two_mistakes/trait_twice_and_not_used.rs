//! Two traits of one name, and a parameter without a role.

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

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<Vec<User>>;

    async fn first(&self) -> Result<Option<User>> {
        Ok(self.users().await?.into_iter().next())
    }
}

#[api_client(auth = none)]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[json] user: &NewUser, page: u32) -> Result<User>;
}

async fn count(api: &impl Users) -> Result<usize> {
    Ok(api.users().await?.len())
}

#[tokio::main]
async fn main() -> Result<()> {
    let api = UsersClient::new("https://api.example.com")?;
    let user = api.create(&NewUser { name: "Ada".to_owned() }, 1).await?;
    println!("{} {:?} {}", user.id, api.first().await?, count(&api).await?);
    Ok(())
}
