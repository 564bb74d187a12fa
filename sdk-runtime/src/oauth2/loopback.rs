//! A listener on a loopback address, to which the browser brings the answer of a sign-in (RFC 8252, 7.3).

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use url::form_urlencoded;

use super::error::{OAuthError, OAuthRefusal};
use super::redirect::Redirect;
use crate::runtime::{self, JoinSet};

/// How long a user may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// The pause after a connection that could not be accepted.
const AFTER_AN_ERROR: Duration = Duration::from_millis(50);
/// The page at the end of a sign-in, for both outcomes.
const PAGE: &str = include_str!("signed_in.html");

/// What the answer to a sign-in must have.
#[derive(Clone)]
pub(super) struct Expected {
    pub(super) path: String,
    pub(super) state: String,
    pub(super) issuer: String,
    pub(super) must_name_issuer: bool,
}

/// An open listener.
pub(super) struct Listener {
    socket: TcpListener,
    redirect_uri: String,
}

type Outcome = Result<String, OAuthError>;

impl Listener {
    /// Opens a listener at `redirect`.
    pub(super) async fn open(redirect: &Redirect) -> Result<Self, OAuthError> {
        let (socket, redirect_uri) = redirect.listen().await?;
        Ok(Self { socket, redirect_uri })
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Waits for the answer that has what is `expected`. Returns its code, and the address that it came to.
    pub(super) async fn code(self, expected: &Expected) -> Result<(String, String), OAuthError> {
        let (told, mut outcomes) = mpsc::channel(1);
        let serve = async {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = self.socket.accept() => {
                        let Ok((stream, _)) = accepted else {
                            // Without file descriptors, each try fails at once until some are free.
                            runtime::sleep_until(runtime::deadline(AFTER_AN_ERROR)).await;
                            continue;
                        };
                        let (expected, told) = (expected.clone(), told.clone());
                        let service = service_fn(move |request| {
                            let answer = answered(&request, &expected, &told);
                            async move { Ok::<_, Infallible>(answer) }
                        });
                        let mut server = http1::Builder::new();
                        server.timer(TokioTimer::new()).keep_alive(false).max_buf_size(64 << 10);
                        connections.spawn(server.serve_connection(TokioIo::new(stream), service));
                    }
                    Some(_) = connections.join_next() => {}
                    outcome = outcomes.recv() => {
                        // The page is still on its way to the browser.
                        let rest = async { while connections.join_next().await.is_some() {} };
                        let _ = runtime::within(Duration::from_secs(1), rest).await;
                        return outcome;
                    }
                }
            }
        };
        match runtime::within(PATIENCE, serve).await {
            Some(Some(outcome)) => outcome.map(|code| (code, self.redirect_uri.clone())),
            _ => Err(OAuthError::Interaction("was not completed within 5 min".to_owned())),
        }
    }
}

/// Answers the browser, and tells the sign-in its outcome if the request is the answer to it.
fn answered<B>(
    request: &Request<B>,
    expected: &Expected,
    told: &mpsc::Sender<Outcome>,
) -> Response<Full<Bytes>> {
    if request.uri().path() != expected.path || request.method() != http::Method::GET {
        return page(StatusCode::NOT_FOUND, "Nothing here", "This address has no page.");
    }
    let query = request.uri().query().unwrap_or_default();
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    // A parameter that is there twice counts as missing (RFC 6749, 3.1).
    let value = |name: &str| {
        let mut found = pairs.iter().filter(|(other, _)| other == name);
        found.next().filter(|_| found.next().is_none()).map(|(_, value)| value.clone())
    };
    if value("state").as_ref() != Some(&expected.state) {
        let text = "This page does not belong to the sign-in that is waiting. Begin again in the program.";
        return page(StatusCode::BAD_REQUEST, "Not this sign-in", text);
    }
    let outcome = match value("iss") {
        Some(issuer) if issuer != expected.issuer => {
            Err(OAuthError::Interaction(format!("was answered by another server, {issuer:?}")))
        }
        None if expected.must_name_issuer => {
            Err(OAuthError::Interaction("was answered without the name of the server (`iss`)".to_owned()))
        }
        _ => match (value("error"), value("code")) {
            (Some(error), _) => Err(OAuthError::Refused(OAuthRefusal {
                error,
                description: value("error_description"),
                uri: value("error_uri"),
            })),
            (None, Some(code)) => Ok(code),
            (None, None) => {
                Err(OAuthError::Interaction("was answered with neither a code nor an error".to_owned()))
            }
        },
    };
    let shown = match &outcome {
        Ok(_) => {
            page(StatusCode::OK, "You are signed in", "You can close this page and go back to the program.")
        }
        Err(error) => page(StatusCode::BAD_REQUEST, "You are not signed in", &error.to_string()),
    };
    // Only the first outcome counts.
    let _ = told.try_send(outcome);
    shown
}

fn page(status: StatusCode, title: &str, text: &str) -> Response<Full<Bytes>> {
    let escaped = |text: &str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    let mark = if status.is_success() { "✓" } else { "!" };
    let body = PAGE
        .replace("{kind}", if status.is_success() { "good" } else { "bad" })
        .replace("{mark}", mark)
        .replace("{title}", &escaped(title))
        .replace("{text}", &escaped(text));
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ] {
        response.headers_mut().insert(name, http::HeaderValue::from_static(value));
    }
    response
}
