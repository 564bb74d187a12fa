//! Without any prelude.
#![no_implicit_prelude]
#![deny(warnings)]

#[::sdk_runtime::api_client(timeout = 1m)]
pub trait Users {
    #[get("/users/{id}", headers("accept" = "text/plain"))]
    async fn user(&self, id: u64, #[query] q: ::std::option::Option<&str>) -> ::sdk_runtime::Result<::std::string::String>;

    #[post("/users")]
    async fn create(&self, #[body("text/plain")] name: ::std::string::String) -> ::sdk_runtime::Result<()>;

    async fn both(&self) -> ::sdk_runtime::Result<()> {
        self.user(7, ::std::option::Option::None).await?;
        ::std::result::Result::Ok(())
    }
}

fn main() {
    let client = UsersClient::new("https://users.example");
    ::std::assert!(client.is_ok());
}
