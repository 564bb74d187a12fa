//! `docs/cookbook/elsewhere.md`.

use sdk_runtime::error::BuildError;
use sdk_runtime::session::Grant;
use sdk_runtime::{Refusal, Result, Tokens, api_client};
use std::path::PathBuf;

#[api_client]
pub trait Jobs {
    #[get("/jobs")]
    async fn jobs(&self) -> Result<Vec<String>>;
}

fn from_a_file(base: &str, file: PathBuf) -> Result<JobsClient, BuildError> {
    JobsClient::builder(base)
        .refresh_with(move |_: Grant| {
            let file = file.clone();
            async move {
                let token = tokio::fs::read_to_string(file).await.map_err(Refusal::try_later)?;
                Ok(Tokens::new(token.trim()))
            }
        })
        .build()
}

use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
pub struct Issued {
    access_token: String,
    expires_in: u64, // in seconds
}

#[api_client(auth = none, timeout = 2s)]
pub trait Metadata {
    #[get("/instance/service-accounts/default/token", headers("metadata-flavor" = "Google"))]
    async fn token(&self) -> Result<Issued>;
}

fn of_the_machine(base: &str, metadata: MetadataClient) -> Result<JobsClient, BuildError> {
    JobsClient::builder(base)
        .refresh_with(move |_: Grant| {
            let issued = metadata.token();
            async move {
                let issued = issued.await.map_err(Refusal::try_later)?;
                Ok(Tokens::new(issued.access_token).expires_in(Duration::from_secs(issued.expires_in)))
            }
        })
        .build()
}

use tokio::process::Command;

async fn print_token(_: Grant) -> Result<Tokens, Refusal> {
    let output = Command::new("echo").arg("a1").output().await.map_err(Refusal::try_later)?;
    match output.status.success() {
        true => Ok(Tokens::new(String::from_utf8_lossy(&output.stdout).trim())),
        false => Err(Refusal::try_later("the command failed")),
    }
}

use std::error::Error as StdError;

use sdk_runtime::Error;
use sdk_testkit::{Backend, Reply};
use serde_json::json;

fn server() -> Backend {
    Backend::new()
        .reply(
            "GET",
            "/instance/service-accounts/default/token",
            Reply::json(&json!({ "access_token": "m1", "expires_in": 3600, "token_type": "Bearer" })),
        )
        .route("GET", "/jobs", |request| async move {
            match request.bearer() {
                Some(token @ ("f2" | "m1" | "a1")) => Reply::json(&[token]),
                _ => Reply::empty().status(401),
            }
        })
}

#[tokio::test]
async fn a_token_is_read_from_a_file() -> Result<(), Box<dyn StdError>> {
    let server = server().serve().await?;
    let folder = std::env::temp_dir().join(format!("sdk-elsewhere-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("token");
    let jobs = from_a_file(&server.url(), file.clone())?;
    assert!(matches!(jobs.jobs().await, Err(Error::RefreshUnavailable(_))));
    std::fs::write(&file, "f1\n")?;
    jobs.session().resume().await.unwrap_err();
    jobs.session().network_changed();
    let Err(Error::SessionExpired(expired)) = jobs.jobs().await else {
        panic!("f1 is no token of the server")
    };
    assert!(!expired.requires_sign_in());
    std::fs::write(&file, "f2\n")?;
    jobs.session().refresh().await?;
    assert_eq!(jobs.jobs().await?, ["f2"]);
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

#[tokio::test]
async fn a_token_is_fetched_from_a_metadata_server() -> Result<(), Box<dyn StdError>> {
    let server = server().serve().await?;
    let jobs = of_the_machine(&server.url(), MetadataClient::new(server.url())?)?;
    assert_eq!(jobs.jobs().await?, ["m1"]);
    jobs.session().sign_out();
    assert!(matches!(jobs.jobs().await, Err(Error::NotSignedIn(_))));
    jobs.session().resume().await?;
    assert_eq!(jobs.jobs().await?, ["m1"]);
    Ok(())
}

#[tokio::test]
async fn a_token_is_printed_by_a_command() -> Result<(), Box<dyn StdError>> {
    let server = server().serve().await?;
    let base = server.url();
    let jobs = JobsClient::builder(base).refresh_with(print_token).build()?;
    assert_eq!(jobs.jobs().await?, ["a1"]);
    Ok(())
}
