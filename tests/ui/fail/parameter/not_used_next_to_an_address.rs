//! A parameter without a role next to `#[url]`.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    #[get]
    async fn next(&self, #[url] url: &str, page: u32) -> Result<()>;

    #[get("/users/{id}")]
    async fn user(&self, id: u64) -> Result<()>;
}

async fn through_the_trait(users: &impl Users) -> Result<()> {
    users.next("https://users.example/2", 2).await
}

fn main() {
    let users = UsersClient::new("https://users.example").unwrap();
    let _ = users.user(7);
    let _ = through_the_trait(&users);
}
