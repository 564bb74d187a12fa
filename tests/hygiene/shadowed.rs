//! Names of the prelude, of the runtime and of the generated code, redefined by the user.
#![deny(warnings)]

use self::declared::{DynUsers, Users, UsersClient};

#[expect(dead_code, non_camel_case_types, reason = "names that could collide, and are not used")]
mod declared {
    macro_rules! in_the_way {
        ($($name:ident)*) => { $(pub struct $name;)* };
    }

    in_the_way! {
        Option Some None Ok Err String Vec Box Arc Pin PhantomData Endpoint Call CallOf Client Session
        ApiClient Request Error BuildError ClientBuilder Decode Return Duration Self_ TrackerClient_ str
        u64 bool usize
    }

    pub enum Result {}
    pub trait Send {}
    pub trait Sync {}
    pub trait Sized {}
    pub trait Clone {}
    pub trait Debug {}
    pub trait Future {}
    pub trait IntoFuture {}
    pub trait Into {}
    pub trait AsRef {}
    pub trait Fn {}
    pub trait Drop {}
    pub trait Display {}
    pub trait Deref {}
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub mod sdk_runtime {}
    pub mod serde {}

    macro_rules! unreachable {
        () => {};
    }
    macro_rules! assert {
        () => {};
    }

    fn macros() {
        unreachable!();
        assert!();
    }

    #[::sdk_runtime::api_client(dyn, auth = none, headers("accept" = "application/json"))]
    pub trait Users<T>
    where
        T: ::serde::de::DeserializeOwned + ::core::marker::Send,
    {
        #[get("/users/{id}")]
        async fn user(&self, id: ::core::primitive::u64) -> ::sdk_runtime::Result<T>;

        #[post("/users")]
        async fn create(
            &self,
            #[json] user: ::core::option::Option<&::core::primitive::str>,
            #[query] q: ::core::option::Option<::core::primitive::bool>,
        ) -> ::core::result::Result<T, ::sdk_runtime::Error>;

        #[post("/text", timeout = 1s)]
        async fn text(
            &self,
            #[body("text/plain")] text: ::std::string::String,
        ) -> ::sdk_runtime::Result<::std::string::String>;

        async fn second(&self) -> ::sdk_runtime::Result<T> {
            self.user(1).await?;
            self.user(2).await
        }
    }
}

#[tokio::test]
async fn the_generated_code_means_its_own() {
    let users = crate::client!(UsersClient<String>);
    let erased = DynUsers::new(users.clone());
    assert_eq!(users.user(7).await.unwrap(), "GET /users/7");
    assert_eq!(erased.second().await.unwrap(), "GET /users/2");
    let one = Some("a");
    let no = None;
    assert_eq!(erased.create(one, no).await.unwrap(), "POST /users \"a\"");
    assert_eq!(users.text("b".into()).await.unwrap(), "\"POST /text b\"");
}
