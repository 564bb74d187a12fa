//! A list of a type whose lifetime is not written, in a trait with `dyn`.

use sdk_runtime::{Pages, Result, api_client};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct View<'a> {
    pub name: &'a str,
}

#[api_client(dyn)]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: &str) -> Result<Option<Vec<View>>>;

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
