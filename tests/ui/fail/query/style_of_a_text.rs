//! The default style for one text.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[query(style = repeat)] filter: String) -> Result<Vec<String>>;
}

async fn show(users: &impl Users) -> Result<()> {
    for name in users.users("a".to_owned()).await? {
        println!("{name}");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new("https://users.example")?;
    println!("{}", users.users("a".to_owned()).await?.len());
    show(&users).await?;
    Ok(())
}
