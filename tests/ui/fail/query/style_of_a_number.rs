//! A style of lists for one number.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(style = csv)] filter: u32) -> Result<Vec<String>>;
}

async fn show(users: &impl Users) -> Result<()> {
    for name in users.users(7).await? {
        println!("{name}");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new("https://users.example")?;
    println!("{}", users.users(7).await?.len());
    show(&users).await?;
    Ok(())
}
