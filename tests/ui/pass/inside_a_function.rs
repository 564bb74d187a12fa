//! Declared where it is used.
#![deny(warnings)]

fn main() {
    use sdk_runtime::{Result, api_client};

    struct Id(u64);

    impl std::fmt::Display for Id {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }

    #[api_client]
    trait Users {
        #[get("/users/{id}")]
        async fn user(&self, id: Id) -> Result<String>;
    }

    let client = UsersClient::new("https://users.example").unwrap();
    let _ = client.user(Id(7));
}
