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

use sdk_runtime::oauth;

/// At "http://169.254.169.254".
#[api_client(auth = none, timeout = 2s)]
pub trait ManagedIdentity {
    #[get("/metadata/identity/oauth2/token?api-version=2018-02-01", headers("metadata" = "true"))]
    async fn token(&self, #[query] resource: &str) -> Result<oauth::TokenAnswer>;
}

#[api_client]
pub trait Vault {
    #[get("/secrets/{name}?api-version=7.4")]
    async fn secret(&self, name: &str) -> Result<String>;
}

fn vault(base: &str, identity: ManagedIdentityClient) -> Result<VaultClient, BuildError> {
    let issued = move |_: Grant| {
        let issued = identity.token("https://vault.azure.net");
        async move {
            let issued = issued.await.map_err(Refusal::try_later)?;
            let tokens = Tokens::new(issued.access_token().clone());
            Ok(issued.expires_in().into_iter().fold(tokens, Tokens::expires_in))
        }
    };
    VaultClient::builder(base).refresh_with(issued).build()
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
use sdk_testkit::{Backend, Reply, Request};
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

#[tokio::test]
async fn a_managed_identity_of_azure_has_its_token_from_the_machine() -> Result<(), Box<dyn StdError>> {
    let backend = Backend::new();
    let server = backend.serve().await?;
    backend.route("GET", "/metadata/identity/oauth2/token", |request: Request| {
        let issued = json!({
            "access_token": "m1", "client_id": "08b4", "expires_in": "86399", "expires_on": "1506484173",
            "not_before": "1506397473", "resource": "https://vault.azure.net", "token_type": "Bearer",
        });
        let is_valid = request.header("metadata") == Some("true")
            && request.query_value("api-version").as_deref() == Some("2018-02-01")
            && request.query_value("resource").as_deref() == Some("https://vault.azure.net");
        std::future::ready(match is_valid {
            true => Reply::json(&issued),
            false => Reply::json(&json!({ "error": "bad_request_102" })).status(400),
        })
    });
    backend.route("GET", "/secrets/{name}", |request: Request| {
        std::future::ready(match request.bearer() {
            Some("m1") => Reply::text("hunter2"),
            _ => Reply::empty().status(401),
        })
    });
    let vault = vault(&server.url(), ManagedIdentityClient::new(server.url())?)?;
    assert_eq!(vault.secret("db").await?, "hunter2");
    Ok(())
}
