//! `#[cfg]` on the trait, on methods and on parameters.
#![deny(warnings)]

use sdk_runtime::{Head, Refusal, Result, TokenResponse, Tokens, api_client};

#[api_client]
#[cfg(any())]
pub trait Absent {
    #[get("/users/{id}")]
    async fn user(&self, id: Missing) -> Result<Missing>;
}

#[derive(serde::Deserialize)]
pub struct LoginResponse;

impl TokenResponse for LoginResponse {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        Ok(Tokens::new("token"))
    }
}

#[api_client]
#[cfg(all())]
pub trait Users {
    #[get("/one")]
    #[cfg(all())]
    async fn user(
        &self,
        #[cfg(any())] #[query] absent: Missing,
        #[query] #[cfg(all())] q: u8,
    ) -> Result<String>;

    #[get("/two")]
    #[cfg(any())]
    async fn user(&self, #[query] id: Missing) -> Result<Missing>;

    #[post("/refresh")]
    #[session(refresh)]
    #[cfg(not(any()))]
    async fn refresh(&self) -> Result<LoginResponse>;

    #[cfg(any())]
    async fn composite(&self, id: Missing) -> Result<Missing> {
        self.user(id).await
    }

    async fn twice(&self, #[cfg(any())] absent: Missing, q: u8) -> Result<String> {
        self.user(q).await?;
        self.user(q).await
    }
}

fn main() {
    let client = UsersClient::new("https://users.example").unwrap();
    let _ = client.user(7);
    drop(client.twice(7));
}
