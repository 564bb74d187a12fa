//! Declarations made by a `macro_rules!`, with each part given by the caller: tokens of two scopes next to
//! each other.
#![deny(warnings)]

use sdk_runtime::{Result, api_client};

/// A declaration of which every part is a fragment.
macro_rules! resource {
    (
        $(#[$attr:meta])* $vis:vis $name:ident<$parameter:ident: $bound:path>, $base:literal, $path:literal,
        $limit:literal, $auth:ident, $ty:ty, $argument:ident, $header:literal, $lifetime:lifetime,
        $($body:tt)*
    ) => {
        #[api_client(dyn, base = $base, timeout = $limit, auth = $auth, headers("x-test" = $header))]
        $(#[$attr])*
        $vis trait $name<$parameter: $bound + serde::de::DeserializeOwned + Send> {
            #[get($path)]
            async fn get<$lifetime>(
                &self,
                id: u64,
                #[query] $argument: $ty,
                #[query] own: &$lifetime str,
            ) -> Result<$ty>;

            #[post("/json")]
            async fn post(&self, #[json] $argument: &$ty) -> Result<$parameter>;

            #[get("/all")]
            async fn all(&self) -> Result<$ty>;

            async fn both(&self, $argument: $ty) -> Result<$ty> {
                self.all().await?;
                self.get(1, $argument, "own").await
            }

            $($body)*
        }
    };
}

resource!(
    /// Users.
    pub Users<T: std::fmt::Debug>, "/v1", "/users/{id}", 30s, none, String, name, "made", 'a,
    async fn twice(&self, id: u64) -> Result<String> {
        self.get(id, String::new(), "").await?;
        self.get(id, String::new(), "").await
    }
);

/// A whole trait, as one fragment.
macro_rules! whole {
    ($trait:item) => {
        #[api_client(dyn, auth = none)]
        $trait
    };
}

whole! {
    pub trait Whole {
        #[get("/whole/{id}")]
        async fn whole(&self, id: u64) -> Result<String>;

        async fn second(&self) -> Result<String> {
            self.whole(2).await
        }
    }
}

/// Methods by repetition, with the receiver from one side and the body from the other.
macro_rules! methods {
    ($trait:ident: $($method:ident($path:literal $(, $argument:ident: $ty:ty)*) -> $output:ty;)*) => {
        #[api_client(dyn, auth = none)]
        pub trait $trait {
            $(
                #[get($path)]
                async fn $method(&self $(, $argument: $ty)*) -> $output;
            )*
        }
    };
}

methods! {
    Listed:
    one("/one/{id}", id: u64) -> Result<String>;
    two("/two/{request}/{client}", request: &str, client: &str) -> Result<Option<String>>;
    three("/three") -> std::result::Result<String, sdk_runtime::Error>;
}

/// The same names on both sides, which are two names to the compiler.
macro_rules! same_names {
    ($request:ident, $body:expr) => {
        #[api_client(auth = none)]
        pub trait SameNames {
            #[get("/{request}")]
            async fn send(&self, #[path("request")] $request: u8, #[query] request: u8) -> Result<String>;

            async fn composite(&self, $request: u8) -> Result<String> {
                let request = 7;
                let of_caller = $body;
                self.send(of_caller, request).await
            }
        }
    };
}

same_names!(request, request + 1);

#[tokio::test]
async fn every_part_is_a_fragment() {
    let users = crate::client!(UsersClient<String>);
    let erased = DynUsers::new(users.clone());
    let get = "GET /v1/users/7?name=a&own=b made";
    assert_eq!(users.get(7, "a".to_owned(), "b").await.unwrap(), get);
    assert_eq!(erased.get(7, "a".to_owned(), "b").await.unwrap(), get);
    assert_eq!(erased.post(&"a".to_owned()).await.unwrap(), "POST /v1/json made \"a\"");
    assert_eq!(erased.both("a".to_owned()).await.unwrap(), "GET /v1/users/1?name=a&own=own made");
    assert_eq!(users.twice(2).await.unwrap(), "GET /v1/users/2?name=&own= made");
}

#[tokio::test]
async fn the_whole_is_a_fragment() {
    let whole = crate::client!(WholeClient);
    assert_eq!(DynWhole::new(whole.clone()).whole(1).await.unwrap(), "GET /whole/1");
    assert_eq!(whole.second().await.unwrap(), "GET /whole/2");
}

#[tokio::test]
async fn methods_are_repeated() {
    let listed = crate::client!(ListedClient);
    let erased = DynListed::new(listed.clone());
    assert_eq!(listed.one(1).await.unwrap(), "GET /one/1");
    assert_eq!(erased.two("a", "b").await.unwrap().as_deref(), Some("GET /two/a/b"));
    assert_eq!(erased.three().await.unwrap(), "GET /three");
}

#[tokio::test]
async fn equal_names_of_two_sides_are_two() {
    let client = crate::client!(SameNamesClient);
    assert_eq!(client.send(1, 2).await.unwrap(), "GET /1?request=2");
    assert_eq!(client.composite(1).await.unwrap(), "GET /2?request=7");
}
