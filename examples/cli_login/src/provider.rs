//! A small authorization server with the API behind it: authorization code with PKCE, codes for another
//! device, refresh tokens that rotate, and revocation. It knows one program, and asks no user for a password.

mod pages;
mod tokens;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Form, Path, Query, State};
use axum::http::header::{LOCATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sdk_runtime::Url;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use self::tokens::{Logins, random, user_code};
use crate::Outcome;

type Fields = HashMap<String, String>;
type Answered<T> = Result<T, Refused>;

pub struct Provider {
    issuer: String,
    state: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    codes: HashMap<String, Code>,
    devices: HashMap<String, Device>,
    logins: Logins,
}

/// An authorization code, and what its request must prove.
struct Code {
    name: String,
    scope: String,
    redirect_uri: String,
    challenge: String,
}

/// A program that waits for its user to type the code.
struct Device {
    user_code: String,
    scope: String,
    /// The name of the user, or `None` of one who refuses.
    answer: Option<Option<String>>,
}

pub async fn serve(address: &str) -> Outcome<()> {
    let listener = TcpListener::bind(address).await?;
    println!("The server is at http://{address}. End it with Ctrl-C.");
    Ok(Arc::new(Provider::new(&format!("http://{address}"))).run(listener).await?)
}

impl Provider {
    pub fn new(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), state: Mutex::default() }
    }

    pub async fn run(self: Arc<Self>, listener: TcpListener) -> std::io::Result<()> {
        let routes = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/authorize", get(ask_for_consent).post(authorize))
            .route("/device", post(device))
            .route("/activate", get(ask_for_code).post(activate))
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .route("/me", get(me))
            .route("/issues/{id}/close", post(close));
        axum::serve(listener, routes.with_state(self)).await
    }

    pub fn expire_access_tokens(&self) {
        self.state().logins.expire_access_tokens();
    }

    pub fn refreshes(&self) -> usize {
        self.state().logins.refreshes
    }

    pub fn logins(&self) -> usize {
        self.state().logins.count()
    }

    fn state(&self) -> MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn metadata(State(provider): State<Arc<Provider>>) -> Json<serde_json::Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "device_authorization_endpoint": format!("{issuer}/device"),
        "token_endpoint": format!("{issuer}/token"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

/// Returns where the answer goes. A server must never redirect to an address that is not registered.
fn redirect_uri(request: &Fields) -> Answered<Url> {
    let url = request.get("redirect_uri").and_then(|url| Url::parse(url).ok());
    let is_registered = |url: &Url| {
        let is_loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]"));
        url.scheme() == "http" && is_loopback && url.path() == "/callback"
    };
    let is_known = request.get("client_id").is_some_and(|id| id == "tracker-cli");
    url.filter(is_registered).filter(|_| is_known).ok_or(Refused::Because("invalid_request"))
}

async fn ask_for_consent(Query(request): Query<Fields>) -> Answered<Html<String>> {
    redirect_uri(&request)?;
    Ok(pages::consent(request.get("scope").map_or("", String::as_str)))
}

async fn authorize(
    State(provider): State<Arc<Provider>>,
    Query(request): Query<Fields>,
    Form(click): Form<Fields>,
) -> Answered<Response> {
    let mut back = redirect_uri(&request)?;
    let field = |name: &str| request.get(name).cloned().unwrap_or_default();
    let is_proven = field("code_challenge_method") == "S256" && field("code_challenge").len() == 43;
    let answer = if !is_proven || field("response_type") != "code" {
        ("error", "invalid_request".to_owned())
    } else if click.get("answer").is_none_or(|answer| answer != "yes") {
        ("error", "access_denied".to_owned())
    } else {
        let code = random()?;
        let issued = Code {
            name: click.get("name").cloned().unwrap_or_default(),
            scope: field("scope"),
            redirect_uri: field("redirect_uri"),
            challenge: field("code_challenge"),
        };
        provider.state().codes.insert(code.clone(), issued);
        ("code", code)
    };
    let pairs = [answer, ("state", field("state")), ("iss", provider.issuer.clone())];
    back.query_pairs_mut().extend_pairs(pairs);
    Ok((StatusCode::SEE_OTHER, [(LOCATION, back.to_string())]).into_response())
}

async fn device(State(provider): State<Arc<Provider>>, Form(request): Form<Fields>) -> Answered<Response> {
    let (device_code, user_code) = (random()?, user_code()?);
    let page = format!("{}/activate", provider.issuer);
    let answer = json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": 300,
        "interval": 1,
    });
    let scope = request.get("scope").cloned().unwrap_or_default();
    provider.state().devices.insert(device_code, Device { user_code, scope, answer: None });
    Ok(Json(answer).into_response())
}

async fn ask_for_code(State(provider): State<Arc<Provider>>, Query(query): Query<Fields>) -> Html<String> {
    // Only a code of this server is shown in its page.
    let state = provider.state();
    let mut known = state.devices.values().map(|device| device.user_code.as_str());
    pages::activation(known.find(|code| query.get("user_code").is_some_and(|asked| asked == code)))
}

async fn activate(
    State(provider): State<Arc<Provider>>,
    Query(query): Query<Fields>,
    Form(click): Form<Fields>,
) -> Html<String> {
    let typed = click.get("user_code").or(query.get("user_code"));
    let mut state = provider.state();
    let waiting = state.devices.values_mut().find(|device| Some(&device.user_code) == typed);
    match waiting {
        None => pages::done("There is no such code."),
        Some(device) => {
            let agrees = click.get("answer").is_some_and(|answer| answer == "yes");
            device.answer = Some(click.get("name").filter(|_| agrees).cloned());
            pages::done(if agrees { "Your device is signed in." } else { "Your device is not signed in." })
        }
    }
}

async fn token(State(provider): State<Arc<Provider>>, Form(request): Form<Fields>) -> Answered<Response> {
    let field = |name: &str| request.get(name).map_or("", String::as_str);
    let mut state = provider.state();
    let state = &mut *state;
    match field("grant_type") {
        "authorization_code" => {
            // A code is used once, also by a request that fails.
            let code = state.codes.remove(field("code")).ok_or(Refused::Because("invalid_grant"))?;
            let proven = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
            if proven != code.challenge || field("redirect_uri") != code.redirect_uri {
                return Err(Refused::Because("invalid_grant"));
            }
            state.logins.start(code.name, code.scope)
        }
        "urn:ietf:params:oauth:grant-type:device_code" => {
            let code = field("device_code");
            let device = state.devices.get(code).ok_or(Refused::Because("expired_token"))?;
            let Some(answer) = &device.answer else { return Err(Refused::Because("authorization_pending")) };
            let (answer, scope) = (answer.clone(), device.scope.clone());
            state.devices.remove(code);
            state.logins.start(answer.ok_or(Refused::Because("access_denied"))?, scope)
        }
        "refresh_token" => state.logins.refresh(field("refresh_token")),
        _ => Err(Refused::Because("unsupported_grant_type")),
    }
}

async fn revoke(State(provider): State<Arc<Provider>>, Form(request): Form<Fields>) -> StatusCode {
    provider.state().logins.end(request.get("token").map_or("", String::as_str));
    // A token that is unknown is revoked (RFC 7009, 2.2).
    StatusCode::OK
}

async fn me(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Answered<Response> {
    let state = provider.state();
    let login = state.logins.of(&headers).ok_or(Refused::UnknownToken)?;
    Ok(Json(json!({ "name": login.name })).into_response())
}

async fn close(
    State(provider): State<Arc<Provider>>,
    Path(_id): Path<u64>,
    headers: HeaderMap,
) -> Answered<StatusCode> {
    let state = provider.state();
    let login = state.logins.of(&headers).ok_or(Refused::UnknownToken)?;
    match login.scope.split(' ').any(|scope| scope == "issues:write") {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Refused::Lacks("issues:write")),
    }
}

/// Why a request is refused.
enum Refused {
    /// The code of RFC 6749, 5.2 and of RFC 8628, 3.5.
    Because(&'static str),
    UnknownToken,
    /// The login lacks this scope.
    Lacks(&'static str),
    NoRandomNumbers,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let challenge = |text: String| [(WWW_AUTHENTICATE, format!("Bearer {text}"))];
        match self {
            Self::Because(error) => {
                (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
            }
            Self::UnknownToken => {
                (StatusCode::UNAUTHORIZED, challenge(r#"error="invalid_token""#.to_owned())).into_response()
            }
            Self::Lacks(scope) => {
                let text = format!(r#"error="insufficient_scope", scope="{scope}""#);
                (StatusCode::FORBIDDEN, challenge(text)).into_response()
            }
            Self::NoRandomNumbers => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
