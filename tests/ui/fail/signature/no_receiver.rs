//! An endpoint without `&self`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users() -> Result<String>;
}

async fn call(client: UsersClient) {
    let _ = client.users().await;
}

fn main() {
    let _ = call;
}
