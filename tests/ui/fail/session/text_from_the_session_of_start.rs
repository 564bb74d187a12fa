//! A text that the session is to supply to a sign-in.

use sdk_runtime::{
    ApiError, Error, Grant, Head, Pages, Refusal, Result, TokenRequest, TokenResponse, Tokens, api_client,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
pub struct User {
    pub id: u64,
    pub name: String,
}

#[derive(Serialize)]
pub struct NewUser<'a> {
    pub name: &'a str,
}

#[derive(Debug, ApiError)]
pub enum CreateError {
    #[status(409)]
    Taken,
    #[other]
    Other(Error),
}

#[derive(Serialize)]
pub struct RefreshRequest {
    refresh_token: String,
}

impl TokenRequest for RefreshRequest {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self { refresh_token: grant.refresh_token()?.expose().to_owned() })
    }
}

#[derive(Deserialize)]
pub struct LoginResponse {
    access_token: String,
}

impl TokenResponse for LoginResponse {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access_token.as_str()))
    }
}

#[api_client]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: u64) -> Result<User>;

    #[get("/users")]
    async fn users(&self, #[query] page: u32) -> Result<Vec<User>>;

    #[post("/users")]
    async fn create(&self, #[json] user: &NewUser<'_>) -> Result<User, CreateError>;

    #[get("/users/all", paginate = link)]
    fn all(&self) -> Pages<Vec<User>>;

    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[query] name: &str, #[from_session] #[header] key: &str) -> Result<LoginResponse>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[post("/logout")]
    #[session(end)]
    async fn logout(&self, #[json] #[from_session] request: RefreshRequest) -> Result<()>;
}

async fn names(api: &impl Users) -> Result<Vec<String>> {
    let users = api.users(1).await?;
    Ok(users.into_iter().map(|user| user.name).collect())
}

struct Fake;

impl Users for Fake {
    async fn user(&self, id: u64) -> Result<User> {
        Ok(User { id, name: "Ada".to_owned() })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let api = UsersClient::new("https://api.example.com")?;
    api.login("ada").await?;
    let user = api.user(7).await?;
    println!("{} {}", user.id, user.name);
    match api.create(&NewUser { name: "Grace" }).await {
        Ok(user) => println!("{}", user.id),
        Err(CreateError::Taken) => println!("taken"),
        Err(CreateError::Other(error)) => return Err(error.into()),
    }
    let mut pages = api.all();
    while let Some(page) = pages.next().await {
        println!("{} users", page?.len());
    }
    println!("{:?} {:?}", names(&api).await?, names(&Fake).await?);
    api.logout().await?;
    Ok(())
}
