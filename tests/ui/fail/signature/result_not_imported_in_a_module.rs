//! `Result` is imported outside of the module with the trait.

mod api {
    use sdk_runtime::{Pages, api_client};

    #[api_client]
    pub trait Users {
        #[get("/users/{id}")]
        async fn user(&self, id: u64) -> Result<String>;

        #[get("/users", paginate = link)]
        fn users(&self) -> Pages<Vec<String>>;
    }
}

use api::{Users, UsersClient};
use sdk_runtime::Result;

async fn first(users: &impl Users) -> Result<String> {
    users.user(1).await
}

#[tokio::main]
async fn main() -> Result<()> {
    let users = UsersClient::new("https://api.example.com")?;
    println!("{} {}", users.user(7).await?, first(&users).await?);
    let mut pages = users.users();
    while let Some(page) = pages.next().await {
        println!("{}", page?.len());
    }
    Ok(())
}
