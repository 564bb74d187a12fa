//! `#[api_client(dyn)]`: one type for any implementation of the trait, itself included.

use std::fmt::Display;

use sdk_runtime::{Result, api_client};

pub struct Borrowed<'a>(&'a str);

impl Display for Borrowed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

#[api_client(dyn)]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: u64) -> Result<Option<String>>;

    #[get("/search/{of}")]
    async fn search<'a>(
        &self,
        of: Borrowed<'_>,
        #[query] q: &str,
        #[query] labels: &'a [&'a str],
        #[cfg(any())]
        #[query]
        never: u8,
    ) -> Result<Vec<String>>;

    #[cfg(any())]
    #[get("/never")]
    async fn never(&self, #[query] of: Missing) -> Result<()>;

    #[deprecated]
    #[get("/old")]
    async fn old(&self) -> Result<()>;

    #[post("/login")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    #[get("/any")]
    async fn any<T: serde::de::DeserializeOwned>(&self) -> Result<T>
    where
        Self: Sized;

    async fn user_or(&self, id: u64, (other, _): (&str, u8)) -> Result<String> {
        let user = self.user(id).await?;
        Ok(user.unwrap_or_else(|| other.to_owned()))
    }

    fn name<'a>(&'a self, of: &'a str) -> &'a str {
        of
    }

    fn kind() -> &'static str
    where
        Self: Sized,
    {
        "users"
    }
}

#[api_client(dyn)]
trait Crud<T: serde::de::DeserializeOwned + Send> {
    #[get("/{id}")]
    async fn get(&self, id: &str) -> Result<T>;
}

/// What the stand-in has itself can be asked for.
#[api_client(dyn)]
pub trait Shared: std::fmt::Debug + 'static
where
    Self: Clone + Unpin,
{
    #[get("/shared")]
    async fn shared(&self) -> Result<()>;
}

struct Fake;

impl Users for Fake {
    async fn user(&self, id: u64) -> Result<Option<String>> {
        Ok((id == 7).then(|| "seven".to_owned()))
    }
}

struct App {
    users: DynUsers,
    things: DynCrud<String>,
}

fn main() {
    let client = UsersClient::new("http://localhost").unwrap();
    let things = DynCrud::new(CrudClient::<String>::new("http://localhost").unwrap());
    let app = App { users: DynUsers::new(DynUsers::new(client)), things: things.clone() };
    let spawned = |users: DynUsers| {
        fn sent<T: Send + 'static>(_: T) {}
        sent(async move { users.user_or(7, ("no user", 0)).await })
    };
    spawned(app.users.clone());
    drop(app.things.get("x"));
    let _ = format!("{:?} {}", app.users, DynUsers::new(Fake).name("x"));
    let shared = DynShared::new(SharedClient::new("http://localhost").unwrap());
    drop(shared.clone().shared());
    let _: fn() -> &'static str = <UsersClient as Users>::kind;
}
