//! What comes over the wire: answers of the server in all their forms, and pages that are not of the server.
//! Decides nothing of when.

use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body::Frame;
use sdk_runtime::{
    error::{TransportError, TransportErrorKind},
    transport::{ResponseBody, TransportResponse},
};
use serde::Serialize;
use serde_json::json as value;

use crate::api::{Signed, by_chance};
use crate::history::Came;

/// An answer; `None` where the connection breaks instead.
pub type Answer = Option<Response<Contents>>;

/// A body, and whether the connection breaks before its end.
pub struct Contents {
    bytes: Option<Bytes>,
    is_cut: bool,
}

impl http_body::Body for Contents {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        Poll::Ready(match self.bytes.take() {
            Some(bytes) => Some(Ok(Frame::data(bytes))),
            None if std::mem::take(&mut self.is_cut) => {
                Some(Err(TransportError::new(TransportErrorKind::Body, "the connection broke")))
            }
            None => None,
        })
    }
}

/// More than a refresh answer may have.
static LARGE: LazyLock<Bytes> =
    LazyLock::new(|| Bytes::from(format!("{{\"access\":\"{}\"}}", "x".repeat(1 << 20))));

pub fn json(status: u16, body: &impl Serialize) -> Response<Contents> {
    answer(status, "application/json", serde_json::to_string(body).unwrap())
}

pub fn page(status: u16) -> Response<Contents> {
    answer(status, "text/html", "<html>")
}

pub fn later(status: u16) -> Response<Contents> {
    let later = page(status);
    // Without it a 503 says nothing about whether it was done.
    if status != 503 && by_chance(500) {
        return later;
    }
    with(later, RETRY_AFTER, HeaderValue::from(fastrand::u32(0..30)))
}

fn answer(status: u16, media: &'static str, body: impl Into<Bytes>) -> Response<Contents> {
    let mut answer = Response::new(Contents { bytes: Some(body.into()), is_cut: false });
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    with(answer, CONTENT_TYPE, HeaderValue::from_static(media))
}

pub fn with(mut answer: Response<Contents>, name: HeaderName, value: HeaderValue) -> Response<Contents> {
    answer.headers_mut().insert(name, value);
    answer
}

/// What a captive portal says to every request.
pub fn portal() -> (Came, Response<Contents>) {
    match fastrand::u8(..6) {
        0 => {
            let elsewhere = HeaderValue::from_static("http://portal.example/");
            (Came::Foreign, with(page(302), LOCATION, elsewhere))
        }
        1 => (Came::Foreign, page(200)),
        2 => (Came::Foreign, page(403)),
        3 => (Came::Foreign, page(404)),
        4 => (Came::Foreign, answer(200, "text/plain", "Please sign in to the network.")),
        _ => (Came::KeptInDoubt, page(511)),
    }
}

/// A refusal of the server, in a form that ends a login.
pub fn refused() -> Response<Contents> {
    match fastrand::u8(..8) {
        0 => answer(401, "text/plain", ""),
        1 => json(403, &value!({ "message": "no" })),
        2 => json(200, &value!({ "error": "invalid_grant" })),
        3 => json(200, &value!({ "error": "bad_refresh_token" })),
        4 => json(200, &value!({ "error": "expired_token" })),
        _ => json(400, &value!({ "error": "invalid_grant" })),
    }
}

/// An answer that reads like the end of a login, and is none.
pub fn kept() -> (Came, Response<Contents>) {
    let word =
        fastrand::choice(["invalid_grant", "invalid_token", "invalid_client"]).unwrap_or("invalid_grant");
    let word = value!({ "error": word });
    let status = if by_chance(500) { 400 } else { 403 };
    let text = |status, text: &'static [u8]| answer(status, "application/json", text);
    match fastrand::u8(..14) {
        0 => (Came::Kept, json(408, &word)),
        1 => (Came::Kept, json(425, &word)),
        2 => (Came::Kept, json(429, &word)),
        3 => (Came::KeptInDoubt, json(500, &word)),
        4 => (Came::KeptInDoubt, json(503, &word)),
        5 => {
            let latin =
                b"{\"error\":\"temporarily_unavailable\",\"error_description\":\"nicht verf\xFCgbar\"}";
            (Came::Kept, text(status, latin))
        }
        6 => {
            let lone = br#"{"error":"temporarily_unavailable","error_description":"\ud800"}"#;
            (Came::Kept, text(status, lone))
        }
        7 => (Came::Kept, text(status, br#"{"message":"no","error_code":1e999}"#)),
        8 => {
            let twice = br#"{"error":"temporarily_unavailable","error":"temporarily_unavailable"}"#;
            (Came::Kept, text(status, twice))
        }
        9 => (Came::Kept, json(404, &value!(["invalid_grant"]))),
        // What can be read of them says that the login is over.
        12 => (
            Came::Kept,
            text(status, b"{\"error\":\"invalid_grant\",\"error_description\":\"abgelaufen \xFC\"}"),
        ),
        13 => (Came::Kept, text(status, br#"{"error":"invalid_grant","error_description":"\ud800"}"#)),
        10 => (Came::Kept, json(200, &value!({ "error": "temporarily_unavailable" }))),
        _ => (Came::Kept, json(200, &value!({ "error": "maintenance" }))),
    }
}

/// A success that has spent the token and cannot be decoded.
pub fn undecodable(signed: &Signed) -> Response<Contents> {
    let text = serde_json::to_string(signed).unwrap();
    match fastrand::u8(..8) {
        0 => json(200, &value!({ "access": 7, "refresh": signed.refresh })),
        1 => json(200, &value!({ "access": signed.access, "seconds": "soon" })),
        2 => json(200, &value!({ "data": { "token": signed.access } })),
        3 => with(json(200, signed), CONTENT_ENCODING, HeaderValue::from_static("x-unknown")),
        4 => {
            let half = Bytes::from(text[..text.len() / 2].to_owned());
            let mut cut = answer(200, "application/json", half);
            cut.body_mut().is_cut = true;
            cut
        }
        5 => answer(200, "application/json", LARGE.clone()),
        6 => answer(200, "application/json", ""),
        _ => json(200, &value!({ "error": null })),
    }
}

pub fn arrive(answer: Answer) -> Result<TransportResponse, TransportError> {
    let broken = || TransportError::new(TransportErrorKind::Request, "the connection broke");
    answer.map(|answer| answer.map(ResponseBody::new)).ok_or_else(broken)
}
