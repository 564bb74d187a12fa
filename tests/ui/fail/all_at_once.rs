//! Three mistakes in one trait and one elsewhere: all four are shown, and nothing else.

use sdk_runtime::{Result, api_client};

#[api_client(timeout = 30)]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: Option<u64>) -> Result<String>;

    #[post("/users")]
    async fn create(&self, #[jsn] name: &str) -> Result<()>;

    #[get("/users")]
    async fn users(&self) -> Result<Vec<String>>;
}

async fn caller(users: UsersClient) -> Result<()> {
    users.user(Some(7)).await?;
    users.create("Ada").await?;
    let count: usize = users.users().await?;
    let _ = (count, users.session());
    Ok(())
}

fn main() {
    let _ = caller;
}
