//! A type whose lifetime is not written in the return type.

use sdk_runtime::{Pages, Result, api_client};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct View<'a> {
    pub name: &'a str,
}

#[api_client]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: &str) -> Result<View>;

    #[get("/names", paginate = link)]
    fn names(&self) -> Pages<Vec<String>>;
}

async fn print(api: &impl Users) -> Result<()> {
    let user = api.user("8").await?;
    println!("{}", user.name);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let api = UsersClient::new("https://api.example.com")?;
    let user = api.user("7").await?;
    println!("{}", user.name);
    let mut names = api.names();
    while let Some(page) = names.next().await {
        println!("{}", page?.len());
    }
    print(&api).await
}
