//! Logins whose tokens are declared: derived types against servers of many habits.

use std::time::{Duration, SystemTime};

use sdk_runtime::{
    Attach, Error, Result, ServiceTransport, SessionState, TokenRequest, TokenResponse, api_client,
    error::UnavailableCause,
    oauth,
    session::{AccessToken, RefreshToken},
};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::advance;

/// The request of the servers of this file, unless they are about it.
#[derive(Serialize, TokenRequest)]
#[serde(rename_all = "camelCase")]
struct Refresh {
    grant_type: &'static str,
    refresh_token: String,
    #[token(value = "tracker-cli")]
    client_id: &'static str,
}

/// Declares a client, and makes one of `backend`.
macro_rules! server {
    ($client:ident, $request:ty, $answer:ty) => {
        mod $client {
            use super::*;

            #[api_client]
            pub(super) trait Server {
                #[post("/login")]
                #[session(start)]
                async fn login(&self) -> Result<$answer>;

                #[post("/refresh")]
                #[session(refresh)]
                async fn refresh(&self, #[json] request: $request) -> Result<$answer>;

                #[get("/x")]
                async fn x(&self) -> Result<String>;
            }

            fn implemented<T: Server>(client: T) -> T {
                client
            }

            pub(super) fn of(backend: &Backend, attach: Attach) -> ServerClient {
                let transport = ServiceTransport::new(backend.clone());
                let builder = ServerClient::builder("http://localhost").transport(transport);
                implemented(builder.wall_clock(|| SystemTime::UNIX_EPOCH).attach(attach).build().unwrap())
            }
        }
    };
}

/// A server that issues by `login` and `refresh`, and accepts the access token `a2` alone.
fn backend(login: Reply, refresh: Reply) -> Backend {
    let backend = Backend::new();
    backend.reply("POST", "/login", login.header("date", DATE));
    backend.reply("POST", "/refresh", refresh.header("date", DATE));
    backend.route("GET", "/x", |request| async move {
        match request.bearer() {
            Some("a2") => Reply::text("welcome"),
            _ => Reply::empty().status(401),
        }
    });
    backend
}

/// 1767225600 s since 1970.
const DATE: &str = "Thu, 01 Jan 2026 00:00:00 GMT";

fn refreshed_with(backend: &Backend) -> Vec<Value> {
    let refreshes = backend.requests().into_iter().filter(|request| request.path() == "/refresh");
    refreshes.map(|request| request.json().unwrap()).collect()
}

#[derive(Deserialize, TokenResponse)]
#[serde(rename_all = "camelCase")]
struct Usual {
    access_token: String,
    refresh_token: Option<String>,
}

server!(usual, Refresh, Usual);

#[derive(Debug, Deserialize, TokenResponse)]
#[token(at = "data.result")]
struct Enveloped {
    #[token(access)]
    jwt: AccessToken,
    refresh: RefreshToken,
}
server!(enveloped, Refresh, Enveloped);

#[derive(TokenResponse)]
#[token(access(header = "x-access-token"), refresh(header = "x-refresh-token"))]
struct InHeaders;
server!(in_headers, Refresh, InHeaders);

#[derive(Deserialize, TokenResponse)]
#[token(refresh(cookie = "refresh_token"))]
struct InCookies {
    token: String,
}
server!(in_cookies, Refresh, InCookies);

#[derive(Deserialize, TokenResponse)]
struct Wrapped {
    #[token(nested)]
    tokens: Option<oauth::TokenAnswer>,
    #[token(subject)]
    user_id: u64,
}
server!(wrapped, oauth::RefreshRequest, Wrapped);

#[tokio::test(start_paused = true)]
async fn i40_a_session_refreshes_with_declared_tokens() {
    let issued = |access: &str, refresh: &str| json!({ "accessToken": access, "refreshToken": refresh });
    let replied = backend(Reply::json(&issued("a1", "r1")), Reply::json(&issued("a2", "r2")));
    let client = usual::of(&replied, Attach::bearer());
    client.login().await.unwrap();
    assert_eq!(client.x().await.unwrap(), "welcome");
    let request = json!({ "grantType": "refresh_token", "refreshToken": "r1", "clientId": "tracker-cli" });
    assert_eq!(refreshed_with(&replied), std::slice::from_ref(&request));

    let issued =
        |jwt: &str, refresh: &str| json!({ "data": { "result": { "jwt": jwt, "refresh": refresh } } });
    let replied = backend(Reply::json(&issued("a1", "r1")), Reply::json(&issued("a2", "r2")));
    let client = enveloped::of(&replied, Attach::bearer());
    let shown = format!("{:?}", client.login().await.unwrap());
    assert!(!shown.contains("a1") && !shown.contains("r1"), "I27: {shown}");
    assert_eq!(client.x().await.unwrap(), "welcome");
    assert_eq!(refreshed_with(&replied), std::slice::from_ref(&request));

    let issued = |access: &str, refresh: &str| {
        let reply = Reply::text("the body is not read").header("x-access-token", format!("Bearer {access}"));
        reply.header("x-refresh-token", refresh)
    };
    let replied = backend(issued("a1", "r1"), issued("a2", "r2"));
    let client = in_headers::of(&replied, Attach::bearer());
    client.login().await.unwrap();
    assert_eq!(client.x().await.unwrap(), "welcome");
    assert_eq!(refreshed_with(&replied), std::slice::from_ref(&request));

    let issued = |access: &str, refresh: &str| {
        let reply = Reply::json(&json!({ "token": access }));
        reply.append_header("set-cookie", format!("refresh_token={refresh}; HttpOnly; Path=/refresh"))
    };
    let replied = backend(issued("a1", "r1"), issued("a2", "r2"));
    let client = in_cookies::of(&replied, Attach::bearer());
    client.login().await.unwrap();
    assert_eq!(client.x().await.unwrap(), "welcome");
    assert_eq!(refreshed_with(&replied), std::slice::from_ref(&request));

    let issued = |access: &str| {
        let tokens = json!({ "access_token": access, "refresh_token": "r1", "expires_in": 3600 });
        Reply::json(&json!({ "user_id": 7, "tokens": tokens }))
    };
    let replied = backend(issued("a1"), issued("a2"));
    let client = wrapped::of(&replied, Attach::bearer());
    client.login().await.unwrap();
    assert_eq!(client.x().await.unwrap(), "welcome");
    assert_eq!(refreshed_with(&replied), [json!({ "grant_type": "refresh_token", "refresh_token": "r1" })]);
}

#[derive(Deserialize, TokenResponse)]
#[token(at = "result", ok = "success", message = "error.text")]
struct Guarded {
    access_token: String,
    refresh_token: String,
}
server!(guarded, Refresh, Guarded);

#[derive(Deserialize, TokenResponse)]
struct Flagged {
    #[token(ok)]
    success: bool,
    #[token(message)]
    reason: Option<String>,
    token: Option<String>,
    refresh: Option<String>,
}
server!(flagged, Refresh, Flagged);

/// A refusal with a successful status need not hold tokens.
#[tokio::test(start_paused = true)]
async fn i40_a_flag_that_says_no_ends_the_login_with_the_message() {
    let issued = json!({ "access_token": "a1", "refresh_token": "r1" });
    let issued = Reply::json(&json!({ "success": true, "result": issued }));
    let refused = || Reply::json(&json!({ "success": false, "error": { "text": "revoked" } }));
    let client = guarded::of(&backend(issued, refused()), Attach::bearer());
    client.login().await.unwrap();
    match client.x().await.unwrap_err() {
        Error::SessionExpired(expired) => assert_eq!(expired.message(), Some("revoked")),
        other => panic!("{other:?}"),
    }
    let client = guarded::of(&backend(refused(), refused()), Attach::bearer());
    match client.login().await.map(|_| ()).unwrap_err() {
        Error::Status(answer) => assert_eq!(answer.message(), Some("revoked")),
        other => panic!("{other:?}"),
    }

    let issued = Reply::json(&json!({ "success": true, "token": "a1", "refresh": "r1" }));
    let client = flagged::of(
        &backend(issued, Reply::json(&json!({ "success": false, "reason": "spent" }))),
        Attach::bearer(),
    );
    client.login().await.unwrap();
    match client.x().await.unwrap_err() {
        Error::SessionExpired(expired) => assert_eq!(expired.message(), Some("spent")),
        other => panic!("{other:?}"),
    }
}

/// Declares a client whose answers tell an expiry in the field `$name`.
macro_rules! timed {
    ($client:ident, $answer:ident, $(#[$role:meta])* $name:ident: $type:ty) => {
        #[derive(Deserialize, TokenResponse)]
        struct $answer {
            access_token: String,
            refresh_token: String,
            $(#[$role])*
            $name: $type,
        }
        server!($client, Refresh, $answer);
    };
}

timed!(seconds, Seconds, expires_in: u64);
timed!(text, Text, expires_in: String);
timed!(milliseconds, Milliseconds, #[token(expires_in = ms)] expires: u64);
timed!(rfc3339, Rfc3339, expires_at: String);
timed!(told, Told, #[token(expires_at = rfc3339)] until: String);
timed!(unix, Unix, expires_at: i64);
timed!(unix_ms, UnixMs, #[token(expires_at = unix_ms)] expires: u64);

/// The token is refreshed before it is sent once its lifetime of an hour is over.
#[tokio::test(start_paused = true)]
async fn i40_the_lifetime_is_read_in_its_unit() {
    let issued = |access: &str, name: &str, value: &Value| {
        Reply::json(&json!({ "access_token": access, "refresh_token": "r1", name: value }))
    };
    macro_rules! check {
        ($($client:ident, $name:literal: $value:expr;)*) => {$(
            let value = json!($value);
            let replied = backend(issued("a1", $name, &value), issued("a2", $name, &value));
            let client = $client::of(&replied, Attach::bearer());
            client.login().await.unwrap();
            advance(Duration::from_secs(60)).await;
            client.session().access_token().await.unwrap();
            assert_eq!(replied.count("POST", "/refresh"), 0, "{value}: a1 is fresh");
            advance(Duration::from_secs(3541)).await;
            assert_eq!(client.x().await.unwrap(), "welcome", "{value}");
            assert_eq!(replied.count("GET", "/x"), 1, "{value}: a1 was not sent");
        )*};
    }
    check! {
        seconds, "expires_in": 3600;
        text, "expires_in": "3600";
        milliseconds, "expires": 3_600_000;
        rfc3339, "expires_at": "2026-01-01T02:00:00.000+01:00";
        told, "until": "2026-01-01T01:00:00Z";
        unix, "expires_at": 1_767_229_200;
        unix_ms, "expires": 1_767_229_200_000_u64;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lifetime_in_another_unit_is_an_error_that_names_its_field() {
    let issued = |name: &str, value: &Value| {
        Reply::json(&json!({ "access_token": "a1", "refresh_token": "r1", name: value }))
    };
    macro_rules! check {
        ($($client:ident, $name:literal: $good:expr, $bad:expr, $why:literal;)*) => {$(
            let (good, bad) = (json!($good), json!($bad));
            let client = $client::of(&backend(issued($name, &bad), Reply::empty()), Attach::bearer());
            let told = match client.login().await.map(|_| ()).unwrap_err() {
                Error::Decode(error) => error.to_string(),
                other => panic!("{other:?}"),
            };
            assert!(told.contains(concat!("`", $name, "` ", $why)), "{told}");
            assert!(!told.contains(bad.to_string().trim_matches('"')), "I27: {told}");

            let client = $client::of(&backend(issued($name, &good), issued($name, &bad)), Attach::bearer());
            client.login().await.unwrap();
            let told = match client.x().await.unwrap_err() {
                Error::RefreshUnavailable(told) => told,
                other => panic!("{other:?}"),
            };
            let UnavailableCause::Decode(error) = told.cause() else { panic!("{told:?}") };
            assert!(error.to_string().contains(concat!("`", $name, "` ", $why)), "{error}");
            assert!(client.session().state().is_signed_in(), "I39");
        )*};
    }
    check! {
        seconds, "expires_in": 3600, 1_767_229_200, "is a time since 1970";
        text, "expires_in": "3600", "an hour", "is no number";
        milliseconds, "expires": 3_600_000, 1_767_229_200_000_u64, "is a time since 1970";
        rfc3339, "expires_at": "2026-01-01T01:00:00Z", "2026-01-01T01:00:00", "is a time without an offset";
        rfc3339, "expires_at": "2026-01-01T01:00:00Z", "1767229200", "is a number instead of a time";
        unix, "expires_at": 1_767_229_200, 1_767_229_200_000_i64, "is in milliseconds since 1970";
        unix, "expires_at": 1_767_229_200, 3600, "is a lifetime instead of a time";
        unix_ms, "expires": 1_767_229_200_000_u64, 1_767_229_200, "is in seconds since 1970";
    }
}

/// Without its header, the token is not there.
#[tokio::test(start_paused = true)]
async fn a_token_that_is_missing_in_the_head_is_an_error_that_names_the_header() {
    let client =
        in_headers::of(&backend(Reply::json(&json!({ "ok": true })), Reply::empty()), Attach::bearer());
    match client.login().await.map(|_| ()).unwrap_err() {
        Error::Decode(error) => {
            assert!(error.to_string().contains("there is no access token in the header `x-access-token`"));
        }
        other => panic!("{other:?}"),
    }
    let client = enveloped::of(
        &backend(Reply::json(&json!({ "data": { "result": null } })), Reply::empty()),
        Attach::bearer(),
    );
    match client.login().await.map(|_| ()).unwrap_err() {
        Error::Decode(error) => assert!(error.to_string().contains("in `data.result`"), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[derive(Deserialize, TokenResponse)]
#[token(cookies)]
struct Cookied {
    #[token(subject)]
    email: String,
}
#[derive(Serialize, TokenRequest)]
struct Mode {
    #[token(value = "cookie")]
    mode: &'static str,
}
server!(cookied, Mode, Cookied);

#[tokio::test(start_paused = true)]
async fn i40_a_login_of_cookies_is_declared_too() {
    let issued = |id: &str| {
        Reply::json(&json!({ "email": "ann@a.example" }))
            .append_header("set-cookie", format!("id={id}; Path=/"))
    };
    let replied = backend(issued("1"), issued("2"));
    replied.route("GET", "/x", |request| async move {
        let is_fresh = request.cookie("id") == Some("2");
        if is_fresh { Reply::text("welcome") } else { Reply::empty().status(401) }
    });
    let client = cookied::of(&replied, Attach::cookies());
    client.login().await.unwrap();
    let SessionState::SignedIn(login) = client.session().state() else { panic!("not signed in") };
    assert_eq!(login.subject(), Some("ann@a.example"));
    assert_eq!(client.x().await.unwrap(), "welcome");
    assert_eq!(refreshed_with(&replied), [json!({ "mode": "cookie" })]);
}
