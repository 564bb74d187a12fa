//! The quickstart: an API declared as a trait, and two hundred callers. They do not notice that their token
//! expires every two seconds, nor that the server forgets it once before that.
//!
//! Run it with `cargo run --example quickstart`; it brings its own server. The declaration and the call are
//! all that uses the library: `server` is its server, `report` counts at that server, `terminal` and
//! `picture` draw the counts.

#![expect(clippy::print_stdout, reason = "the program's whole purpose is to show something")]

mod callers;
mod picture;
mod progress;
mod report;
mod server;
mod svg;
mod terminal;
mod tokens;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use sdk_runtime::{Result, api_client};
use serde::Deserialize;

use crate::report::Report;
use crate::server::Server;
use crate::terminal::Style;
use crate::tokens::{Credentials, LoginResponse, RefreshRequest};

/// An issue tracker, as a client sees it.
#[api_client]
trait Tracker {
    /// Signs in; the session starts with the tokens in the answer.
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginResponse>;

    /// Sent by the session when the access token needs refresh; no other code can call it.
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    /// One issue.
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Issue>;
}

#[derive(Deserialize)]
struct Issue {
    id: u64,
    assignee: String,
}

/// The call of each caller. It handles no token: the client signs, refreshes and replays.
async fn read_issue(tracker: &TrackerClient, id: u64) -> Result<Issue> {
    tracker.issue(id).await
}

const CALLERS: u64 = 200;
const TOKEN_LIFETIME: Duration = Duration::from_secs(2);
const WORKING_TIME: Duration = Duration::from_secs(6);

async fn quickstart(style: Style) -> Result<Report, Box<dyn Error>> {
    let server = Server::start(TOKEN_LIFETIME).await?;
    style.step("server", &server.url());
    style.step("tokens", &server.terms());

    let tracker = TrackerClient::new(server.url())?;
    tracker.login(&Credentials { username: "ann", password: "correct horse" }).await?;
    let signed_in = Instant::now();
    style.step("sign-in", "as ann, once");

    let half = WORKING_TIME / 2;
    style.step("work", &format!("{CALLERS} callers for {} s", WORKING_TIME.as_secs()));
    style
        .detail(&format!("after {} s the server forgets all access tokens, as in a restart", half.as_secs()));
    let (answers, forgotten) = tokio::join!(
        callers::work(&tracker, &server, signed_in + WORKING_TIME),
        server.forget_tokens_after(half),
    );
    let report = Report::of(&server, &answers, signed_in.elapsed(), forgotten);

    // So far no caller noticed anything. Now the login itself ends, and the callers are told.
    server.revoke("ann");
    style.step("revoke", "the server ends ann's login, and the next call says");
    match tracker.issue(1).await {
        Err(sdk_runtime::Error::SessionExpired(expired)) if expired.requires_sign_in() => {
            style.detail(&format!("Error::SessionExpired, {:?}", expired.reason()));
            style.detail(&format!("\"{expired}\""));
        }
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("a call was answered after its login had been revoked".into()),
    }
    Ok(report)
}

#[tokio::main]
async fn main() -> ExitCode {
    let style = Style::of_stdout();
    let outcome = quickstart(style).await.and_then(|report| {
        println!("\n{}", terminal::draw(&report, style));
        println!("{:>10}  {}\n", "picture", picture::save(&report)?.display());
        report.verdict()?;
        Ok(report)
    });
    match outcome {
        Ok(report) => {
            println!("ok: {report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("failed: {error}");
            ExitCode::FAILURE
        }
    }
}
