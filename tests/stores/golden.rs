//! Logins that earlier versions have written: `tests/stores/golden` has one file for each thing that format 1
//! can say.
//!
//! These files are never written again. A later version that writes another format still reads them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sdk_runtime::{
    Error, FileStore, Head, Refusal, Result, ServiceTransport, SessionState, TokenResponse, Tokens,
    api_client,
    error::{ExpiredReason, StoreErrorKind},
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use serde_json::json;
use test_support::RefreshRequest;

use crate::place::Place;

#[derive(Deserialize)]
struct RefreshResponse {
    access_token: String,
}

impl TokenResponse for RefreshResponse {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access_token.as_str()))
    }
}

#[api_client]
trait Api {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<RefreshResponse>;

    #[get("/me")]
    async fn me(&self) -> Result<String>;
}

/// The time of day at which the files were written, in seconds since 1970.
const WRITTEN: u64 = 1_800_000_000;

/// A server that answers `GET /me` with the credentials it has received, and each refresh with `refresh`.
fn server(refresh: Reply) -> Backend {
    let backend = Backend::new();
    backend.route("GET", "/me", |request| async move {
        let header = |name: &str| request.header(name).unwrap_or("-").to_owned();
        let (signed, cookies) = (header("authorization"), header("cookie"));
        Reply::text(format!("{signed}, {cookies}"))
    });
    backend.route("POST", "/refresh", move |_| {
        let refresh = refresh.clone();
        async move { refresh }
    });
    backend
}

/// A client that keeps its login in `file`, `later` than the files were written.
fn client(backend: &Backend, file: &Path, later: Duration) -> ApiClient {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(WRITTEN) + later;
    let transport = ServiceTransport::new(backend.clone());
    let builder = ApiClient::builder("https://api.example/").transport(transport).wall_clock(move || now);
    builder.store(FileStore::new(file)).build().unwrap()
}

const MINUTE: Duration = Duration::from_secs(60);
const SIGNED: &str = "Bearer golden-access, -";

fn rejected() -> Reply {
    Reply::json(&json!({ "error": "invalid_grant" })).status(400)
}

/// A copy of the file, so that the client may write to it.
fn copy(name: &str, place: &Place) -> (PathBuf, String) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("stores/golden").join(name);
    let text = fs::read_to_string(golden).unwrap();
    fs::write(place.login(), &text).unwrap();
    #[cfg(unix)]
    fs::set_permissions(place.login(), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    (place.login(), text)
}

#[tokio::test]
async fn a_login_of_format_1_signs_and_says_whose_it_is() {
    for name in ["login", "intent", "lease", "undecodable"] {
        let place = Place::new();
        let (file, text) = copy(&format!("format-1/{name}"), &place);
        let client = client(&server(rejected()), &file, MINUTE);
        assert_eq!(client.me().await.unwrap(), SIGNED, "{name}");
        let state = client.session().state();
        let SessionState::SignedIn(login) = &state else { panic!("{name}: {state:?}") };
        assert_eq!(login.subject(), Some("ann"), "{name}");
        assert_eq!(login.scopes(), Some(&["read".to_owned(), "write".to_owned()][..]), "{name}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "{name}: reading changes nothing");
    }
}

#[tokio::test]
async fn a_login_of_format_1_is_refreshed_by_what_its_file_says() {
    // How the rejection of its refresh token is understood depends on what happened before to that token.
    for (name, reason) in [
        ("login", ExpiredReason::RefreshRejected),
        ("cookies", ExpiredReason::RefreshRejected),
        ("intent", ExpiredReason::LostRotation),
        ("lease", ExpiredReason::LostRotation),
        ("undecodable", ExpiredReason::UndecodableRefresh),
    ] {
        let place = Place::new();
        let (file, _) = copy(&format!("format-1/{name}"), &place);
        let backend = server(rejected());
        let client = client(&backend, &file, 120 * MINUTE);
        let error = client.me().await.unwrap_err();
        let Error::SessionExpired(expired) = &error else { panic!("{name}: {error:?}") };
        assert_eq!(expired.reason(), reason, "{name}");
        let sent = backend.last().unwrap();
        assert_eq!(sent.json::<serde_json::Value>().unwrap(), json!({ "refresh_token": "golden-refresh" }));
    }
    for name in ["login", "cookies", "intent", "lease", "undecodable"] {
        let place = Place::new();
        let (file, _) = copy(&format!("format-1/{name}"), &place);
        let backend = server(Reply::json(&json!({ "access_token": "new" })));
        assert!(
            client(&backend, &file, 120 * MINUTE).me().await.unwrap().starts_with("Bearer new, "),
            "{name}"
        );
        let state = client(&backend, &file, 121 * MINUTE).me().await.unwrap();
        assert!(state.starts_with("Bearer new, "), "{name}: it is written for the next process");
    }
}

#[tokio::test]
async fn the_cookies_of_format_1_are_sent() {
    let place = Place::new();
    let (file, _) = copy("format-1/cookies", &place);
    let sent = client(&server(rejected()), &file, MINUTE).me().await.unwrap();
    assert_eq!(sent, "Bearer golden-access, sid=golden-cookie; theme=dark");
}

#[tokio::test]
async fn a_tombstone_of_format_1_is_no_login_and_is_replaced_by_one() {
    let place = Place::new();
    let (file, _) = copy("format-1/tombstone", &place);
    let backend = server(rejected());
    let signed_out = client(&backend, &file, MINUTE);
    assert!(matches!(signed_out.me().await, Err(Error::NotSignedIn(_))));
    signed_out.session().sign_in(Tokens::new("new")).unwrap();
    signed_out.session().flush().await.unwrap();
    assert_eq!(client(&backend, &file, MINUTE).me().await.unwrap(), "Bearer new, -");
}

/// This version is the older one. It must not end a login that it cannot read.
#[tokio::test]
async fn a_login_of_a_later_format_is_an_error_and_stays_as_it_is() {
    for name in ["file-format-2", "login-format-2"] {
        let place = Place::new();
        let (file, text) = copy(&format!("later/{name}"), &place);
        let client = client(&server(rejected()), &file, MINUTE);
        let error = client.me().await.unwrap_err();
        let Error::Store(error) = &error else { panic!("{name}: {error:?}") };
        assert_eq!(error.kind(), StoreErrorKind::Foreign, "{name}");
        assert!(error.to_string().contains("format"), "{name}: {error}");
        assert!(!error.to_string().contains("golden"), "I27: {name}: {error}");
        client.session().sign_in(Tokens::new("new")).unwrap();
        client.session().flush().await.unwrap_err();
        client.session().sign_out();
        client.session().flush().await.unwrap_err();
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "I24: {name}");
    }
}
