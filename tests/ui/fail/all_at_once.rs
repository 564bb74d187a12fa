//! A mistake of every kind, and an unrelated one: all are shown, and no others.

use sdk_runtime::{ApiError, Error, Pages, Part, Result, Url, api_client, body::BodyStream};

#[api_client(timeout = 30)]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: Option<u64>) -> Result<String>;

    #[post("/users")]
    async fn create(&self, #[jsn] name: &str) -> Result<()>;

    #[get("/users")]
    async fn users(&self) -> Result<Vec<String>>;

    #[gett("/users/{id}/name")]
    async fn name(&self, id: u64) -> Result<String>;

    #[get("users")]
    async fn relative(&self) -> Result<String>;

    #[get("/users", auth = public)]
    async fn unsigned(&self) -> Result<String>;

    #[get("/users")]
    async fn search(&self, #[query(style = commas)] labels: &[&str], page: u32) -> Result<String>;

    #[put("/users/{id}", headers("host" = "users.example"))]
    async fn update(&self, id: u64, #[header("if match")] version: &str) -> Result<()>;

    #[post("/users/{id}/picture")]
    async fn picture(&self, id: u64, #[part] image: Part, #[json] about: &str) -> Result<()>;

    #[post("/users/import", retry = 3)]
    async fn import(&self, #[body] file: BodyStream) -> Result<()>;

    #[get("/next")]
    async fn follow(&self, #[url] next: &Url) -> Result<String>;

    #[get("/users", paginate = cursor(after))]
    fn all(&self, #[query] before: Option<&str>) -> Pages<Vec<String>>;

    #[get("/users")]
    async fn every(&self) -> Pages<Vec<String>>;

    #[post("/login", auth = none)]
    #[session(begin)]
    async fn login(&self, #[json] (name, password): (&str, &str)) -> Result<()>;

    #[get("/session")]
    async fn session(&self) -> Result<String>;

    #[get("/health")]
    fn health(&mut self) -> Result<()>;

    type Cursor;
}

#[derive(Debug, ApiError)]
pub enum CreateError {
    #[status(200)]
    Duplicate,
    Other(Error),
}

async fn caller(users: UsersClient) -> Result<()> {
    users.user(Some(7)).await?;
    users.create("Ada").await?;
    let count: usize = users.users().await?;
    let name: String = users.name(7).await?;
    let first = users.all(None).next().await;
    let _ = (count, name, first, users.session());
    Ok(())
}

fn main() {
    let _ = caller;
}
