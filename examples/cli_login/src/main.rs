//! A command line tool whose user signs in by a browser, or by a code on another device. Without a command,
//! it starts a server of its own and plays all of it with a user that needs no browser:
//!
//! ```console
//! $ cargo run -p cli_login_example
//! ```
//!
//! To try it with your browser, start the server in one terminal and use the tool in another one:
//!
//! ```console
//! $ cargo run -p cli_login_example -- serve
//! $ cargo run -p cli_login_example -- login
//! $ cargo run -p cli_login_example -- login --device
//! $ cargo run -p cli_login_example -- whoami
//! $ cargo run -p cli_login_example -- close 7
//! $ cargo run -p cli_login_example -- logout
//! ```

mod demo;
mod login;
mod provider;

use std::error::Error as StdError;
use std::process::ExitCode;

use sdk_runtime::oauth2::{Interaction, OAuthClient};
use sdk_runtime::{Error, Result, api_client};
use serde::Deserialize;

use crate::login::Terminal;

/// Where the server of the example is. One of yours is a constant such as `https://id.example`.
const ADDRESS: &str = "127.0.0.1:4180";

#[derive(Deserialize)]
pub struct Account {
    pub name: String,
}

#[api_client]
pub trait Tracker {
    #[get("/me")]
    async fn me(&self) -> Result<Account>;

    #[post("/issues/{id}/close")]
    async fn close(&self, id: u64) -> Result<()>;
}

type Outcome<T> = std::result::Result<T, Box<dyn StdError + Send + Sync>>;

/// Returns a client of the API, under the login of the tool.
pub fn tracker(base: &str, oauth: &OAuthClient) -> Outcome<TrackerClient> {
    Ok(TrackerClient::builder(base).session(oauth.session()).build()?)
}

/// Closes an issue. A user who has not allowed that yet is asked once.
pub async fn close(
    tracker: &TrackerClient,
    id: u64,
    oauth: &OAuthClient,
    user: &impl Interaction,
) -> Outcome<()> {
    match tracker.close(id).await {
        Err(Error::InsufficientScope(lacking)) => {
            oauth.with_scopes(lacking.required()).sign_in(user).await?;
            Ok(tracker.close(id).await?)
        }
        outcome => Ok(outcome?),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tracker: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match *words {
        [] => return demo::run().await,
        ["serve"] => return provider::serve(ADDRESS).await,
        _ => {}
    }

    let base = format!("http://{ADDRESS}");
    let oauth = login::connect(&base, login::store()?).await?;
    let tracker = tracker(&base, &oauth)?;
    match *words {
        ["login"] => {
            oauth.sign_in(&Terminal).await?;
            eprintln!("You are signed in.");
        }
        ["login", "--device"] => {
            oauth.sign_in_by_device(&Terminal).await?;
            eprintln!("You are signed in.");
        }
        ["whoami"] => match tracker.me().await {
            Ok(account) => println!("{}", account.name),
            Err(Error::NotSignedIn(_) | Error::SessionExpired(_)) => return Err("use `login` first".into()),
            Err(error) => return Err(error.into()),
        },
        ["close", id] => {
            let id = id.parse().map_err(|_| "the ID of an issue is a number")?;
            close(&tracker, id, &oauth, &Terminal).await?;
            println!("Issue {id} is closed.");
        }
        ["logout"] => {
            oauth.sign_out().await?;
            eprintln!("You are signed out.");
        }
        _ => return Err("the commands are login [--device], whoami, close ID, logout, serve".into()),
    }
    // The process ends now. This is the one place that tells of a login that could not be stored.
    oauth.session().shutdown().await?;
    Ok(())
}
