//! Under names of the prelude that mean something else.
#![deny(warnings)]
#![allow(dead_code)]

pub struct Option;
pub struct String;
pub struct Result;
pub struct Vec;
pub struct Some;
pub struct Endpoint;
pub struct Call;
pub trait Send {}
pub trait Sync {}
pub trait Clone {}
pub trait Future {}
pub trait Into {}
pub mod core {}
pub mod std {}

macro_rules! unreachable {
    () => {};
}

#[sdk_runtime::api_client(headers("accept" = "text/plain"))]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: u64) -> sdk_runtime::Result<::std::string::String>;

    async fn two(&self) -> sdk_runtime::Result<()> {
        self.user(1).await?;
        self.user(2).await?;
        Ok(())
    }
}

fn main() {
    let client = UsersClient::new("https://users.example").unwrap();
    let _ = client.user(7);
    unreachable!();
}
