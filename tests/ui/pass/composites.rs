//! Methods with bodies of every kind.
#![deny(warnings)]

use sdk_runtime::{Result, api_client};

pub trait Named {
    fn name(&self) -> String;
}

impl Named for UsersClient {
    fn name(&self) -> String {
        "users".to_owned()
    }
}

#[api_client]
pub trait Users: Named {
    #[get("/users/{id}")]
    async fn user(&self, id: u64) -> Result<String>;

    /// Patterns, mutable bindings and an early return.
    async fn first(&self, mut id: u64, (a, b): (u64, u64), _: &str) -> Result<String> {
        id += a + b;
        if id == 0 {
            return Ok(String::new());
        }
        self.user(id).await
    }

    /// What is borrowed lives as long as the future.
    async fn lengths(&self, ref name: String, (ref first, _): (String, u8)) -> usize {
        self.nothing().await;
        name.len() + first.len()
    }

    async fn nothing(&self) {}

    async fn borrowed<'a>(&'a self, names: &'a [String]) -> Option<&'a str> {
        names.first().map(String::as_str)
    }

    fn greeting(&self) -> String {
        format!("Hello from {}", self.name())
    }

    fn kind() -> &'static str
    where
        Self: Sized,
    {
        "users"
    }

    #[deprecated]
    async fn old(&self) -> Result<()> {
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = UsersClient::new("https://users.example").unwrap();
    assert_eq!(client.first(0, (0, 0), "").await.unwrap(), "");
    client.nothing().await;
    assert_eq!(client.lengths("ab".to_owned(), ("c".to_owned(), 0)).await, 3);
    assert_eq!(client.borrowed(&["a".to_owned()]).await, Some("a"));
    assert_eq!(client.greeting(), "Hello from users");
    assert_eq!(UsersClient::kind(), "users");
}
