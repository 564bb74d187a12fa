//! An enum whose lifetime is not written.

use sdk_runtime::{Pages, Result, api_client};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub enum View<'a> {
    Name(&'a str),
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
    println!("{user:?}");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let api = UsersClient::new("https://api.example.com")?;
    let user = api.user("7").await?;
    println!("{user:?}");
    let mut names = api.names();
    while let Some(page) = names.next().await {
        println!("{}", page?.len());
    }
    print(&api).await
}
