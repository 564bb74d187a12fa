//! The targets of redirects. The reference is `Url::join`.

use std::sync::{Arc, Mutex};

use http::Method;
use proptest::prelude::*;
use sdk_runtime::error::{TransportError, TransportErrorKind};
use sdk_runtime::transport::{ResponseBody, Transport, TransportFuture, TransportRequest};
use sdk_runtime::{Error, Result, Url, api_client};

use crate::check::{check, run, texts};

const PIECES: &[&str] = &[
    "/",
    "//",
    "..",
    ".",
    "a",
    "b.test",
    "?",
    "#",
    "&",
    "=",
    "%2f",
    "%",
    " ",
    "\\",
    ":",
    "@",
    "http:",
    "https:",
    "https://b.test",
    "javascript:",
    "data:",
    "[::1]",
    "localhost",
    ":8080",
    ":99999",
    "é",
    "user:secret@",
];

#[api_client(auth = none)]
trait Moving {
    #[get("/x/y")]
    async fn get(&self) -> Result<()>;

    #[put("/x/y")]
    async fn put(&self, #[body] text: &'static str) -> Result<()>;

    #[post("/x/y")]
    async fn post(&self, #[body] text: &'static str) -> Result<()>;
}

/// Redirects the first request, and notes all.
struct Redirecting {
    status: u16,
    location: String,
    seen: Arc<Mutex<Vec<(Method, Url, bool)>>>,
}

impl Transport for Redirecting {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let mut seen = self.seen.lock().unwrap();
        seen.push((request.method, request.url, request.body.is_some()));
        let answer = match seen.len() {
            1 => http::Response::builder().status(self.status).header("location", &self.location),
            _ => http::Response::builder().status(204),
        };
        let body = http_body_util::Empty::new();
        let body = ResponseBody::new(http_body_util::BodyExt::map_err(body, |never| match never {}));
        Box::pin(async { Ok::<_, TransportError>(answer.body(body).unwrap()) })
    }
}

#[test]
fn a_redirect_leads_where_the_address_says_or_is_an_error() {
    let parts = (
        texts(PIECES),
        proptest::sample::select(&[301_u16, 302, 303, 307, 308][..]),
        proptest::sample::select(&[Method::GET, Method::PUT, Method::POST][..]),
    );
    check("redirects", &parts, |(location, status, method)| {
        prop_assume!(http::HeaderValue::from_str(&location).is_ok());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let transport = Redirecting { status, location: location.clone(), seen: seen.clone() };
        let client = MovingClient::builder("https://a.test").transport(transport).build().unwrap();
        let outcome = run(async {
            match method {
                Method::PUT => client.put("body").await,
                Method::POST => client.post("body").await,
                _ => client.get().await,
            }
        });
        let seen = seen.lock().unwrap();
        let first = Url::parse("https://a.test/x/y").unwrap();
        prop_assert_eq!(&seen[0].1, &first);
        let target = first.join(&location).ok().filter(|it| it.scheme() == "https" || is_loopback(it));
        let Some(mut target) = target else {
            let Err(Error::Transport(error)) = &outcome else { panic!("{outcome:?}") };
            prop_assert_eq!((error.kind(), seen.len()), (TransportErrorKind::Redirect, 1));
            return Ok(());
        };
        prop_assert!(outcome.is_ok(), "{:?}", outcome);
        target.set_fragment(None);
        let becomes_get = status == 303 || status < 303 && method == Method::POST;
        let expected = if becomes_get { Method::GET } else { method };
        let has_body = expected != Method::GET;
        prop_assert_eq!(&seen[1..], &[(expected, target, has_body)]);
        Ok(())
    });
}

/// Where plaintext is no danger.
fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "[::1]"))
}
