//! An API whose server says about tokens what a test wants, down to the number for their lifetime.

use std::sync::Arc;
use std::time::Duration;

use sdk_runtime::{Head, Refusal, Result, ServiceTransport, TokenResponse, Tokens, api_client};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use test_support::RefreshRequest;
use tokio::sync::Notify;

/// All that a server may say about tokens.
#[derive(Deserialize)]
pub struct Refreshed {
    access: Option<String>,
    refresh: Option<String>,
    expires_in: Option<f64>,
    #[serde(default)]
    panic: bool,
}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        assert!(!self.panic, "code of the user's");
        let Some(access) = &self.access else {
            return Err(Refusal::TryLater { message: "no token".to_owned(), after: None });
        };
        let mut tokens = Tokens::new(access.as_str());
        if let Some(token) = &self.refresh {
            tokens = tokens.refresh_token(token.as_str());
        }
        if let Some(seconds) = self.expires_in {
            let lifetime = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
            tokens = tokens.expires_in(lifetime);
        }
        Ok(tokens)
    }
}

#[api_client(timeout = none)]
pub trait Api {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Refreshed>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<Refreshed>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;

    #[get("/y")]
    async fn y(&self) -> Result<String>;

    #[get("/held/{id}")]
    async fn held(&self, id: usize) -> Result<()>;

    #[delete("/held/{id}")]
    async fn delete(&self, id: usize) -> Result<()>;

    #[get("/public", auth = none)]
    async fn public(&self) -> Result<String>;
}

/// A client of `backend`, in memory and signed out.
pub fn client(backend: &Backend) -> ApiClient {
    ApiClient::builder("http://localhost").transport(ServiceTransport::new(backend.clone())).build().unwrap()
}

/// A client that is signed in with the access token `a0` and the refresh token `r0`.
pub fn signed_in(backend: &Backend) -> ApiClient {
    let client = client(backend);
    client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    client
}

/// A backend whose `/x` and `/y` take `token` alone, and whose refresh answers `refresh`.
pub fn backend_of(token: &'static str, refresh: Reply) -> Backend {
    let backend = Backend::new().reply("POST", "/refresh", refresh);
    for path in ["/x", "/y"] {
        backend.route("GET", path, move |request| {
            let is_good = request.bearer() == Some(token);
            let reply = if is_good { Reply::text("welcome") } else { Reply::empty().status(401) };
            std::future::ready(reply)
        });
    }
    backend
}

/// Adds `/held/{id}`: a call with `a0` is rejected once that is told, and any other is answered at once.
pub fn add_held(backend: &Backend, ids: usize) -> Arc<Vec<Notify>> {
    let told = Arc::new(std::iter::repeat_with(Notify::new).take(ids).collect::<Vec<_>>());
    for method in ["GET", "DELETE"] {
        let told = told.clone();
        backend.route(method, "/held/{id}", move |request| {
            let told = told.clone();
            async move {
                if request.bearer() != Some("a0") {
                    return Reply::empty();
                }
                told[request.param("id").parse::<usize>().unwrap()].notified().await;
                Reply::empty().status(401)
            }
        });
    }
    told
}

/// Makes the refresh wait until it is told to answer `refresh`.
pub fn hold_refresh(backend: &Backend, refresh: Reply) -> Arc<Notify> {
    let told = Arc::new(Notify::new());
    let answered = told.clone();
    backend.route("POST", "/refresh", move |_| {
        let (told, refresh) = (told.clone(), refresh.clone());
        async move {
            told.notified().await;
            refresh
        }
    });
    answered
}

/// What a refresh answers that gives `a1` and `r1`.
pub fn refresh() -> Reply {
    Reply::json(&serde_json::json!({ "access": "a1", "refresh": "r1" }))
}

/// The refresh tokens that were spent, in order.
pub fn spent(backend: &Backend) -> Vec<String> {
    let requests = backend.requests();
    let refreshes = requests.iter().filter(|request| request.path() == "/refresh");
    let token = |json: serde_json::Value| json["refresh_token"].as_str().unwrap().to_owned();
    refreshes.map(|request| token(request.json().unwrap())).collect()
}

/// All tasks have gone as far as they can: the paused clock moves only then.
pub async fn idle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}
