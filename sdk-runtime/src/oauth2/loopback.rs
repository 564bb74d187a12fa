//! A listener on a loopback address, to which the browser brings the answer of a sign-in (RFC 8252, 7.3).

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use url::form_urlencoded;

use super::error::{OAuthError, Told};
use super::redirect::Redirect;
use crate::runtime::{self, JoinSet};

/// How long a user may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long the page at the end may take on its way to the browser.
const LAST_PAGE: Duration = Duration::from_secs(1);
/// The pause after a connection that could not be accepted.
const AFTER_AN_ERROR: Duration = Duration::from_millis(50);
/// The page at the end of a sign-in, for both outcomes.
const PAGE: &str = include_str!("signed_in.html");

/// What the answer to a sign-in must have.
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

/// What the connections of one sign-in share.
struct Visits {
    expected: Expected,
    /// Takes the code, or why there is none. Only the first one counts.
    answers: mpsc::Sender<Result<String, OAuthError>>,
    /// How the sign-in has ended, and the text of its failure.
    outcome: watch::Sender<Option<Result<(), String>>>,
}

impl Listener {
    /// Opens a listener at `redirect`.
    pub(super) async fn open(redirect: &Redirect) -> Result<Self, OAuthError> {
        let (socket, redirect_uri) = redirect.listen().await?;
        Ok(Self { socket, redirect_uri })
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Waits for the answer that has what is `expected`, and lets `trade` use its code. The browser waits for
    /// that too, and shows how it has ended.
    pub(super) async fn outcome<T, F>(
        self,
        expected: Expected,
        trade: impl FnOnce(String) -> F,
    ) -> Result<T, OAuthError>
    where
        F: Future<Output = Result<T, OAuthError>>,
    {
        let (answers, mut answer) = mpsc::channel(1);
        let visits = Arc::new(Visits { expected, answers, outcome: watch::Sender::new(None) });
        let mut connections = JoinSet::new();
        let traded = async {
            let late = || OAuthError::Interaction("was not completed within 5 min".to_owned());
            let answer = runtime::within(PATIENCE, answer.recv()).await.flatten();
            trade(answer.ok_or_else(late)??).await
        };
        let outcome = tokio::select! {
            outcome = traded => outcome,
            never = serve(&self.socket, &mut connections, &visits) => match never {},
        };
        drop(self.socket);
        let shown = outcome.as_ref().map(|_| ()).map_err(|error| match error {
            // It names a request, which means nothing to a user. The program has it.
            OAuthError::Request(_) | OAuthError::Session(_) => {
                "the sign-in could not be completed.".to_owned()
            }
            _ => error.to_string(),
        });
        visits.outcome.send_replace(Some(shown));
        let rest = async { while connections.join_next().await.is_some() {} };
        let _ = runtime::within(LAST_PAGE, rest).await;
        outcome
    }
}

/// Accepts connections, for as long as it is polled.
async fn serve(socket: &TcpListener, connections: &mut JoinSet<()>, visits: &Arc<Visits>) -> Infallible {
    loop {
        tokio::select! {
            accepted = socket.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, visits.clone()));
                }
                // Without file descriptors, each try fails at once until some are free.
                Err(_) => runtime::sleep_until(runtime::deadline(AFTER_AN_ERROR)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection. At the end of the sign-in it is closed behind the answer, or at once if no request
/// has come: browsers open connections that they may not use.
async fn connection(stream: TcpStream, visits: Arc<Visits>) {
    let service = service_fn(|request| {
        let visits = visits.clone();
        async move { Ok::<_, Infallible>(visits.answered(&request).await) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).keep_alive(false).max_buf_size(64 << 10);
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
    let mut outcome = visits.outcome.subscribe();
    tokio::select! {
        _ = &mut connection => return,
        _ = outcome.wait_for(Option::is_some) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

impl Visits {
    /// Answers the browser. If the request is the answer to the sign-in, it waits for the outcome.
    async fn answered<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        if request.uri().path() != self.expected.path || request.method() != http::Method::GET {
            return page(StatusCode::NOT_FOUND, "Nothing here", "This address has no page.", "");
        }
        let Some(answer) = self.expected.answer(request.uri().query().unwrap_or_default()) else {
            let text = "This page does not belong to the sign-in that is waiting.";
            return page(StatusCode::BAD_REQUEST, "Not this sign-in", text, "Begin again in the program.");
        };
        // A page that is loaded again shows the same outcome.
        let _ = self.answers.try_send(answer);
        let mut outcome = self.outcome.subscribe();
        let ended = outcome.wait_for(Option::is_some).await;
        match ended.ok().and_then(|ended| ended.clone()) {
            Some(Ok(())) => {
                let text = "You can close this page and go back to the program.";
                page(StatusCode::OK, "You are signed in", text, "")
            }
            failed => {
                let (title, next) = ("You are not signed in", "Go back to the program to try again.");
                page(StatusCode::BAD_REQUEST, title, &failed.and_then(Result::err).unwrap_or_default(), next)
            }
        }
    }
}

impl Expected {
    /// Returns the code in the query of an answer, or why it has none; `None` if it is no answer to this
    /// sign-in.
    fn answer(&self, query: &str) -> Option<Result<String, OAuthError>> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        // A parameter that is there twice counts as missing (RFC 6749, 3.1).
        let value = |name: &str| {
            let mut found = pairs.iter().filter(|(other, _)| other == name);
            found.next().filter(|_| found.next().is_none()).map(|(_, value)| value.clone())
        };
        if value("state").as_ref() != Some(&self.state) {
            return None;
        }
        let failed = |why: &str| Err(OAuthError::Interaction(why.to_owned()));
        Some(match value("iss") {
            Some(issuer) if issuer != self.issuer => {
                failed(&format!("was answered by another server, {issuer:?}"))
            }
            None if self.must_name_issuer => failed("was answered without the name of the server (`iss`)"),
            _ => match (value("error"), value("code")) {
                (Some(error), _) => {
                    let (error_description, error_uri) = (value("error_description"), value("error_uri"));
                    Err(OAuthError::Refused(Told { error, error_description, error_uri }.into()))
                }
                (None, Some(code)) => Ok(code),
                (None, None) => failed("was answered with neither a code nor an error"),
            },
        })
    }
}

/// Returns a page with a `text`, and below it what the user can do `next`.
fn page(status: StatusCode, title: &str, text: &str, next: &str) -> Response<Full<Bytes>> {
    let escaped = |text: &str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    let mark = if status.is_success() { "✓" } else { "!" };
    let body = PAGE
        .replace("{kind}", if status.is_success() { "good" } else { "bad" })
        .replace("{mark}", mark)
        .replace("{title}", &escaped(title))
        .replace("{next}", &escaped(next))
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
