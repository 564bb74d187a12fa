//! Signed in once, and still signed in after `kill -9`: `cargo run --example stay_signed_in`, offline.
//!
//! `program` is what a user would write, and the one line with `.store(…)` is all that stores its login.
//! `stage` starts it as a process of its own, types, and kills it.

mod stage;

use sdk_runtime::{Error, FileStore, Result, TokenRequest, TokenResponse, api_client};
use serde_json::{Value, json};

/// The result of `program` and `main`.
type Outcome = std::result::Result<(), Box<dyn std::error::Error>>;

#[api_client]
trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Value) -> Result<Answer>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] refresh: Refresh) -> Result<Answer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

#[derive(serde::Deserialize, TokenResponse)]
struct Answer {
    access_token: String,
    refresh_token: String,
}

#[derive(serde::Serialize, TokenRequest)]
struct Refresh {
    refresh_token: String,
}

/// Shows each issue whose number is typed, and asks for the password only if a sign-in is required.
async fn program(url: &str, login: &str) -> Outcome {
    let tracker = TrackerClient::builder(url).store(FileStore::new(login)).build()?;
    let mut typed = std::io::stdin().lines();
    while let Some(id) = typed.next().transpose()? {
        let id = id.parse()?;
        let issue = match tracker.issue(id).await {
            Err(error) if error.requires_sign_in() => {
                if let Error::SessionExpired(expired) = error {
                    print!("{expired}. ");
                }
                println!("Password?");
                let password = typed.next().transpose()?;
                tracker.login(&json!({ "username": "ann", "password": password })).await?;
                tracker.issue(id).await?
            }
            answer => answer?,
        };
        println!("{issue}");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome {
    match std::env::args().collect::<Vec<_>>().as_slice() {
        [_, url, login] => program(url, login).await,
        _ => stage::play().await,
    }
}
