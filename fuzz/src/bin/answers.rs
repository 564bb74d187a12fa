//! The headers that a client acts on: `Location`, `Link`, `Set-Cookie`, `WWW-Authenticate`, `Retry-After` and
//! those about the body. No answer breaks a call, and none has it sent without end.
#![no_main]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use sdk_fuzz::Server;
use sdk_runtime::{Error, Pages, Response, Result, api_client};
use serde_json::Value;

const STATUSES: [u16; 16] = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 404, 429, 500, 503];
const NAMES: [HeaderName; 8] = [
    http::header::LOCATION,
    http::header::LINK,
    http::header::SET_COOKIE,
    http::header::WWW_AUTHENTICATE,
    http::header::RETRY_AFTER,
    http::header::DATE,
    http::header::CONTENT_TYPE,
    http::header::CONTENT_ENCODING,
];

#[api_client(auth = cookies)]
trait Api {
    #[get("/a/list", paginate = link)]
    fn list(&self) -> Pages<Vec<Value>>;

    #[get("/a/it", retry = 1)]
    async fn it(&self) -> Result<Response<Option<Value>>>;

    #[post("/a/text")]
    async fn text(&self, #[body] text: &'static str) -> Result<String>;
}

/// Each line is a header: the number of its name, and its value. The body follows an empty line.
fn answer(data: &[u8]) -> Option<http::Response<Bytes>> {
    let (status, data) = data.split_first()?;
    let end = data.windows(2).position(|it| it == b"\n\n").unwrap_or(data.len());
    let (head, body) = data.split_at(end);
    let mut answer = http::Response::builder().status(STATUSES[usize::from(status % 16)]);
    for line in head.split(|byte| *byte == b'\n').take(16) {
        let (name, value) = line.split_first()?;
        answer = answer.header(&NAMES[usize::from(name % 8)], HeaderValue::from_bytes(value).ok()?);
    }
    answer.body(Bytes::copy_from_slice(body)).ok()
}

/// Every text of an error can be made.
fn shown(error: &Error) {
    let _ = format!("{error} {error:#} {error:?} {} {}", error.code(), error.is_transient());
    if let Error::Status(answer) = error {
        for challenge in answer.challenges() {
            let _ = (challenge.realm(), challenge.scope(), challenge.error(), challenge.params().count());
        }
        let _ = (answer.retry_after(), answer.message(), answer.text());
    }
}

fuzz_target!(|data: &[u8]| {
    let Some(answer) = answer(data) else { return };
    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    let server = Server(move |_| {
        // Only one answer in two is the one of chance, so that what it has left is used.
        if count.fetch_add(1, Ordering::Relaxed) % 2 == 0 {
            answer.clone()
        } else {
            http::Response::new(Bytes::from_static(b"[1]"))
        }
    });
    let client = ApiClient::builder("https://www.a.test").transport(server).build().unwrap();
    sdk_fuzz::run(async {
        let mut pages = client.list();
        for _ in 0..4 {
            match pages.next().await {
                Some(Ok(_)) => {}
                Some(Err(error)) => shown(&error),
                None => break,
            }
        }
        for error in [client.it().await.err(), client.text("body").await.err()].into_iter().flatten() {
            shown(&error);
        }
    });
    // Six calls, two of which may be sent twice, with at most one redirect in two answers.
    assert!(sent.load(Ordering::Relaxed) <= 24);
});
