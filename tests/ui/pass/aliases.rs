//! Return types behind aliases, and error types of the user's own.
#![deny(warnings)]

use sdk_runtime::{ApiError, Call, Error, api_client};

pub type Reply<T> = Result<Option<T>, MyError>;
pub type Text = sdk_runtime::Result<String>;
pub type Maybe<T> = Option<T>;

#[derive(Debug)]
pub struct MyError(pub Error);

impl From<Error> for MyError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl ApiError for MyError {}

#[api_client]
pub trait Users {
    #[get("/a")]
    async fn a(&self) -> Reply<String>;

    #[get("/b")]
    async fn b(&self) -> Text;

    #[get("/c")]
    async fn c(&self) -> Result<Maybe<u8>, MyError>;

    #[get("/d")]
    async fn d(&self) -> sdk_runtime::Result<(), MyError>;
}

fn main() {
    let client = UsersClient::new("https://users.example").unwrap();
    let _: Call<Option<String>, MyError> = client.a();
    let _: Call<String, Error> = client.b();
    let _: Call<Option<u8>, MyError> = client.c();
    let _: Call<(), MyError> = client.d();
}
