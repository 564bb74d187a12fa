//! A tuple behind an alias.

type Bounds = (u32, u32);

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query] filter: Bounds) -> Result<Vec<String>>;
}

async fn show(users: &impl Users) -> Result<()> {
    for name in users.users((1, 2)).await? {
        println!("{name}");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new("https://users.example")?;
    println!("{}", users.users((1, 2)).await?.len());
    show(&users).await?;
    Ok(())
}
