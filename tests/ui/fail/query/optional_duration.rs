//! A duration that may be left out.

use std::time::Duration;

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query] filter: Option<Duration>) -> Result<Vec<String>>;
}

async fn show(users: &impl Users) -> Result<()> {
    for name in users.users(None).await? {
        println!("{name}");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new("https://users.example")?;
    println!("{}", users.users(None).await?.len());
    show(&users).await?;
    Ok(())
}
