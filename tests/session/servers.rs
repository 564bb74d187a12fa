//! Declarations for three real servers, the endpoints included, each at most 20 lines long.

use sdk_runtime::{Result, ServiceTransport, TokenRequest, TokenResponse, Tokens, api_client, oauth};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

mod django {
    use super::*;

    // Django with djangorestframework-simplejwt: the refresh token is kept unless the server rotates it.
    #[derive(Serialize, TokenRequest)]
    pub(super) struct Refresh {
        refresh: String,
    }

    #[derive(Deserialize, TokenResponse)]
    pub(super) struct Pair {
        access: String,
        refresh: Option<String>,
    }

    #[api_client(base = "/api/token")]
    pub(super) trait Django {
        #[post("/")]
        #[session(start)]
        async fn sign_in(&self, #[form] user: &[(&str, &str)]) -> Result<Pair>;
        #[post("/refresh/")]
        #[session(refresh)]
        async fn refresh(&self, #[json] request: Refresh) -> Result<Pair>;
        #[get("/me")]
        async fn me(&self) -> Result<String>;
    }
    // End.
}

mod directus {
    use super::*;

    // Directus: an envelope, and a lifetime in milliseconds.
    #[derive(Serialize, TokenRequest)]
    pub(super) struct Refresh {
        refresh_token: String,
    }

    #[derive(Deserialize, TokenResponse)]
    #[token(at = "data")]
    pub(super) struct Issued {
        access_token: String,
        refresh_token: String,
        #[token(expires_in = ms)]
        expires: u64,
    }

    #[api_client]
    pub(super) trait Directus {
        #[post("/auth/refresh")]
        #[session(refresh)]
        async fn refresh(&self, #[json] request: Refresh) -> Result<Issued>;
        #[get("/me")]
        async fn me(&self) -> Result<String>;
    }
    // End.
}

mod oidc {
    use super::*;

    // oidc-provider, Keycloak and other servers of OpenID Connect, for a public client.
    #[derive(Serialize, TokenRequest)]
    pub(super) struct Refresh {
        grant_type: &'static str,
        refresh_token: String,
        #[token(value = "tracker-cli")]
        client_id: &'static str,
    }

    #[api_client]
    pub(super) trait Oidc {
        #[post("/token")]
        #[session(refresh)]
        async fn refresh(&self, #[form] request: Refresh) -> Result<oauth::TokenAnswer>;
        #[get("/me")]
        async fn me(&self) -> Result<String>;
    }
    // End.
}

fn backend(path: &str, refreshed: &Value) -> Backend {
    let backend = Backend::new();
    backend.reply("POST", path, Reply::json(refreshed));
    for path in ["/me", "/api/token/me"] {
        backend.route("GET", path, |request| async move {
            match request.bearer() {
                Some("a2") => Reply::text("ann"),
                _ => Reply::empty().status(401),
            }
        });
    }
    backend
}

#[tokio::test(start_paused = true)]
async fn each_server_refreshes_by_its_declaration() {
    macro_rules! me {
        ($client:path, $backend:expr) => {{
            let builder = <$client>::builder("http://localhost");
            let client = builder.transport(ServiceTransport::new($backend.clone())).build().unwrap();
            client.session().sign_in(Tokens::new("a1").refresh_token("r1")).unwrap();
            assert_eq!(client.me().await.unwrap(), "ann");
            $backend.requests().into_iter().find(|request| request.method() == "POST").unwrap()
        }};
    }
    let server = backend("/api/token/refresh/", &json!({ "access": "a2" }));
    let sent = me!(django::DjangoClient, server);
    assert_eq!(sent.json::<Value>().unwrap(), json!({ "refresh": "r1" }));

    let issued = json!({ "access_token": "a2", "refresh_token": "r2", "expires": 900_000 });
    let server = backend("/auth/refresh", &json!({ "data": issued }));
    let sent = me!(directus::DirectusClient, server);
    assert_eq!(sent.json::<Value>().unwrap(), json!({ "refresh_token": "r1" }));

    let issued = json!({ "access_token": "a2", "id_token": "x", "expires_in": 3600, "token_type": "Bearer" });
    let server = backend("/token", &issued);
    let sent = me!(oidc::OidcClient, server);
    assert_eq!(sent.text(), "grant_type=refresh_token&refresh_token=r1&client_id=tracker-cli");
}

#[test]
fn each_declaration_is_short() {
    let text = include_str!("servers.rs");
    let mut counted = 0;
    for module in text.split("\nmod ") {
        let Some((declaration, _)) = module.split_once("// End.") else { continue };
        let lines = declaration.lines().skip(3).filter(|line| !line.trim().is_empty());
        let count = lines.filter(|line| !line.trim_start().starts_with("//")).count();
        assert!(count <= 20, "{count} lines: {declaration}");
        counted += 1;
    }
    assert_eq!(counted, 3);
}
