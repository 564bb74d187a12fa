//! Declarations in functions and blocks, of one name in several modules, and several in one scope.
#![deny(warnings)]

use sdk_runtime::{Result, api_client};

#[tokio::test]
async fn in_a_function_and_in_a_block() {
    struct Id(u64);

    impl std::fmt::Display for Id {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }

    #[api_client(dyn, auth = none)]
    trait Users {
        #[get("/users/{id}")]
        async fn user(&self, id: Id) -> Result<String>;

        async fn first(&self) -> Result<String> {
            self.user(Id(1)).await
        }
    }

    let inside = {
        #[api_client(dyn, auth = none)]
        trait Users {
            #[get("/inside/{id}")]
            async fn user(&self, id: u64) -> Result<String>;
        }
        DynUsers::new(crate::client!(UsersClient)).user(7).await.unwrap()
    };
    assert_eq!(inside, "GET /inside/7");
    let users = crate::client!(UsersClient);
    assert_eq!(users.user(Id(7)).await.unwrap(), "GET /users/7");
    assert_eq!(DynUsers::new(users).first().await.unwrap(), "GET /users/1");
}

mod one {
    use super::*;

    #[api_client(dyn, auth = none)]
    pub(super) trait Users {
        #[get("/one/{id}")]
        async fn user(&self, id: u64) -> Result<String>;

        async fn first(&self) -> Result<String> {
            self.user(1).await
        }
    }
}

mod other {
    use super::*;

    #[api_client(dyn, auth = none)]
    pub(super) trait Users {
        #[get("/other/{id}")]
        async fn user(&self, id: u64) -> Result<String>;

        async fn first(&self) -> Result<String> {
            self.user(1).await
        }
    }
}

/// Both traits are in scope, and one type has both.
struct Both;

impl one::Users for Both {
    async fn user(&self, id: u64) -> Result<String> {
        Ok(format!("one {id}"))
    }
}

impl other::Users for Both {
    async fn user(&self, id: u64) -> Result<String> {
        Ok(format!("other {id}"))
    }
}

#[tokio::test]
async fn equal_names_in_one_scope() {
    use self::one::Users as _;
    use self::other::Users as _;

    assert_eq!(crate::client!(one::UsersClient).first().await.unwrap(), "GET /one/1");
    assert_eq!(crate::client!(other::UsersClient).first().await.unwrap(), "GET /other/1");
    assert_eq!(one::Users::first(&Both).await.unwrap(), "one 1");
    assert_eq!(other::Users::first(&Both).await.unwrap(), "other 1");
    assert_eq!(one::DynUsers::new(Both).first().await.unwrap(), "one 1");
    assert_eq!(other::DynUsers::new(Both).user(2).await.unwrap(), "other 2");
}

/// Two declarations next to each other, with methods of one name, and a client that implements both.
#[api_client(dyn, auth = none)]
pub trait Readers {
    #[get("/readers/{id}")]
    async fn get(&self, id: u64) -> Result<String>;
}

#[api_client(dyn, auth = none)]
pub trait Writers {
    #[get("/writers/{id}")]
    async fn get(&self, id: u64) -> Result<String>;
}

impl Writers for ReadersClient {
    async fn get(&self, id: u64) -> Result<String> {
        Readers::get(self, id + 1).await
    }
}

#[tokio::test]
async fn equal_methods_on_one_type() {
    let client = crate::client!(ReadersClient);
    assert_eq!(client.get(1).await.unwrap(), "GET /readers/1");
    assert_eq!(Writers::get(&client, 1).await.unwrap(), "GET /readers/2");
    assert_eq!(DynWriters::new(client.clone()).get(1).await.unwrap(), "GET /readers/2");
    assert_eq!(DynReaders::new(client).get(1).await.unwrap(), "GET /readers/1");
    assert_eq!(crate::client!(WritersClient).get(1).await.unwrap(), "GET /writers/1");
}
