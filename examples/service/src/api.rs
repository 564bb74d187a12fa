//! The servers that the service calls: a tracker under the login of each user, and a backend in the cluster.

use sdk_runtime::{Result, api_client, oauth};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Credentials {
    pub username: String,
    pub password: String,
}

#[api_client(dyn)]
pub trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] user: &Credentials) -> Result<oauth::TokenAnswer>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[post("/auth/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

#[api_client(dyn)]
pub trait Reports {
    #[get("/reports/{user}")]
    async fn report(&self, user: &str) -> Result<String>;
}
