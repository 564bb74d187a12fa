//! An error type without `ApiError`.

use sdk_runtime::{Result, api_client};

#[derive(Debug)]
pub struct MyError;

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String, MyError>;
}

async fn call(client: UsersClient) {
    let _: Result<String, MyError> = client.users().await;
}

fn main() {
    let _ = call;
}
