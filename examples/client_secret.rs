//! The secret of a program, known at run time: `cargo run --example client_secret`, offline.

use std::error::Error;

use sdk_runtime::oauth::{BasicAuth, ClientCredentials, RefreshRequest, TokenAnswer};
use sdk_runtime::{Result, ServiceTransport, Tokens, api_client};
use sdk_testkit::{Backend, Reply};
use serde_json::json;

#[api_client]
trait Tracker {
    #[post("/oauth/token")]
    #[session(refresh)]
    async fn refresh(
        &self,
        #[header("authorization")] program: BasicAuth,
        #[form] request: RefreshRequest,
    ) -> Result<TokenAnswer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

/// Issues a token to the program `tracker` with the secret `50%`, and to no other.
fn server() -> Backend {
    Backend::new()
        .route("POST", "/oauth/token", |request| async move {
            match request.header("authorization") {
                Some("Basic dHJhY2tlcjo1MCUyNQ==") => Reply::json(&json!({ "access_token": "new" })),
                _ => Reply::json(&json!({ "error": "invalid_client" })).status(401),
            }
        })
        .route("GET", "/issues/{id}", |request| async move {
            match request.bearer() {
                Some("new") => Reply::text("Leak"),
                _ => Reply::empty().status(401),
            }
        })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = server();
    let transport = || ServiceTransport::new(server.clone());
    let builder = || TrackerClient::builder("http://localhost").transport(transport());
    println!("without the secret: {}", builder().build().unwrap_err());

    for (secret, expected) in [("wrong", false), ("50%", true)] {
        let tracker = builder().provide(ClientCredentials::new("tracker", secret)).build()?;
        tracker.session().sign_in(Tokens::new("old").refresh_token("r1"))?;
        let issue = tracker.issue(7).await;
        match &issue {
            Ok(title) => println!("issue 7: {title}"),
            Err(error) => println!("{error}"),
        }
        assert_eq!(issue.is_ok(), expected);
        assert!(tracker.session().state().is_signed_in(), "a wrong secret ends no login");
    }
    println!("ok: the program named itself, and nothing printed its secret");
    Ok(())
}
