//! What each error says about itself: its text, what `Debug` shows, the answer it holds, and what is behind
//! it. None shows a secret.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::*;
use crate::endpoint::Endpoint;

static IT: Endpoint = Endpoint::new("Api::it", "GET", "/it/{id}").scopes(&["read"]);
static ANYWHERE: Endpoint = Endpoint::new("Api::next", "GET", "");

fn of(endpoint: &'static Endpoint, status: u16, header: Option<(HeaderName, &'static str)>) -> ErrorResponse {
    let headers = header.map(|(name, value)| (name, HeaderValue::from_static(value)));
    let headers = HeaderMap::from_iter(headers);
    let status = StatusCode::from_u16(status).unwrap();
    ErrorResponse::new(endpoint, status, headers, Bytes::from_static(b"{\"error\":\"s3cret\"}"), false)
}

fn answer(status: u16) -> ErrorResponse {
    of(&IT, status, None)
}

fn decode() -> DecodeError {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/html"))]);
    let (path, detail) = (Some("items[0].s3cret".to_owned()), "it is s3cret".to_owned());
    DecodeError::new("Issue", (StatusCode::OK, &headers), path, detail, &Bytes::from_static(b"s3cret"))
}

fn transport() -> TransportError {
    TransportError::because(TransportErrorKind::Connect, Some("refused".to_owned()), "the port is closed")
}

/// The text, what `Debug` shows, the status of the answer that is held, and the text of what is behind it.
fn check(error: impl Into<Error>, display: &str, debug: &str, status: Option<u16>, source: Option<&str>) {
    let error = error.into();
    let behind = error.source().map(ToString::to_string);
    assert_eq!(error.to_string(), display);
    assert_eq!(format!("{error:?}"), debug, "{display}");
    assert_eq!(error.status().map(|status| status.as_u16()), status, "{display}");
    assert_eq!(error.response().is_some(), status.is_some(), "{display}");
    assert_eq!(behind.as_deref(), source, "{display}");
    assert!(!format!("{error} {error:?} {behind:?}").contains("s3cret"), "I27: {display}");
}

const SHOWN_404: &str = "ErrorResponse { endpoint: Api::it, status: 404, body: 18 bytes, .. }";
const TOLD_404: &str = "`Api::it` (GET /it/{id}) was answered with status 404 Not Found";

#[test]
fn i27_each_error_says_what_happened_and_no_secret() {
    check(
        NotSignedIn::default(),
        "no user is signed in: sign in first, declare the endpoint with `auth = none`, or build the client \
         with `.bearer(…)`",
        "NotSignedIn",
        None,
        None,
    );
    check(Cancelled::default(), "the call was cancelled by its caller", "Cancelled", None, None);
    check(Closed::default(), "the session was closed", "Closed", None, None);
    let fake = Unimplemented::default();
    check(fake, "this fake does not implement the endpoint", "Unimplemented", None, None);
    check(
        IdentityChanged::new(true),
        "the login changed while the call was under way; what was sent, was sent under the former one",
        "IdentityChanged { sent: true }",
        None,
        None,
    );
    check(
        IdentityChanged::new(false),
        "the login changed before the call was sent; it was not sent",
        "IdentityChanged { sent: false }",
        None,
        None,
    );
    assert!(IdentityChanged::new(true).was_sent() && !IdentityChanged::new(false).was_sent());
    for (phase, waiting) in [
        (TimeoutPhase::Refresh, "a refresh of the access token"),
        (TimeoutPhase::Connect, "a connection to the server"),
        (TimeoutPhase::Response, "the server's answer"),
    ] {
        check(
            Timeout::new(phase, Duration::from_millis(1500)),
            &format!("timed out after 1.5s (`timeout`) while waiting for {waiting}"),
            &format!("Timeout {{ phase: {phase:?}, millis: 1500 }}"),
            None,
            None,
        );
    }
    check(
        InvalidRequest::new("id", "is empty"),
        "the request cannot be sent: `id` is empty",
        "InvalidRequest { argument: \"id\", reason: \"is empty\" }",
        None,
        None,
    );
    check(
        BodyTooLarge::new(7),
        "the answer is larger than 7 bytes; `.body_limit(…)` raises the limit",
        "BodyTooLarge { limit: 7, is_line: false }",
        None,
        None,
    );
    assert_eq!((BodyTooLarge::new(7).limit(), BodyTooLarge::line(8).limit()), (7, 8));
    check(
        BodyTooLarge::line(7),
        "a line or event of the answer is larger than 7 bytes",
        "BodyTooLarge { limit: 7, is_line: true }",
        None,
        None,
    );
    check(
        transport(),
        "no connection to the server could be made: refused",
        "Transport { kind: Connect, source: \"the port is closed\" }",
        None,
        Some("the port is closed"),
    );
    check(
        decode(),
        "the answer with status 200 is not a `Issue` (its content type is `text/html`); \
         `path()` and `detail()` tell where and why (not shown, since they may quote data)",
        "Decode { expected: \"Issue\", status: 200, content_type: Some(\"text/html\"), content_encoding: \
         None, .. }",
        None,
        None,
    );
}

#[test]
fn i27_an_error_that_holds_an_answer_names_its_endpoint_and_its_status() {
    check(answer(404), TOLD_404, &format!("Status({SHOWN_404})"), Some(404), None);
    let here = of(&ANYWHERE, 404, Some((CONTENT_ENCODING, "br")));
    let told = "`Api::next` (GET #[url]) was answered with status 404 Not Found, and its body is still \
        encoded as `br`";
    check(here, told, &format!("Status({})", SHOWN_404.replace("it,", "next,")), Some(404), None);
    let fake = http::Response::builder().status(404).body(Bytes::from_static(b"s3cret")).unwrap();
    let shown = "Status(ErrorResponse { endpoint: Fake::endpoint, status: 404, body: 6 bytes, .. })";
    check(ErrorResponse::from(fake), "the answer of a fake has status 404 Not Found", shown, Some(404), None);

    let unread = answer(404).unread(Some(transport())).undecoded(decode());
    let cause = "no connection to the server could be made: refused";
    check(unread, TOLD_404, &format!("Status({SHOWN_404})"), Some(404), Some(cause));
    let (undecoded, cause) = (answer(404).unread(None).undecoded(decode()), decode().to_string());
    check(undecoded, TOLD_404, &format!("Status({SHOWN_404})"), Some(404), Some(&cause));

    check(
        NotReplayable::from(answer(404)),
        &format!(
            "{TOLD_404}, and its body was a stream that cannot be sent once more: pass `Bytes` or a `Body`, \
             which can"
        ),
        &format!("NotReplayable({SHOWN_404})"),
        Some(404),
        None,
    );
    let cause = decode().to_string();
    check(
        InsufficientScope::from(answer(404).undecoded(decode())),
        &format!("{TOLD_404}: the login was not granted what it needs"),
        &format!("InsufficientScope {{ response: {SHOWN_404}, .. }}"),
        Some(404),
        Some(&cause),
    );
    let granted = Some(["read".to_owned()].into());
    check(
        InsufficientScope::new(["read", "write", "a\nb"], granted),
        "the login was not granted what the endpoint needs: `write`, `a\\nb`",
        "InsufficientScope { required: [\"read\", \"write\", \"a\\nb\"], granted: Some([\"read\"]), .. }",
        None,
        None,
    );
}

#[test]
fn each_reason_of_an_end_says_whether_a_sign_in_helps() {
    use ExpiredReason::*;
    for (reason, sign_in, told) in [
        (RefreshRejected, true, "the server refused to refresh it"),
        (
            LostRotation,
            true,
            "the server refused to refresh it, after its answer to an earlier refresh was lost",
        ),
        (
            UndecodableRefresh,
            true,
            "the server rejected the refresh, after its answer to an earlier one could not be decoded",
        ),
        (NoRefreshToken, true, "the access token is no longer good and there is nothing to refresh it with"),
        (LoginOver, true, "the server said that the login is over"),
        (ReplayRejected, false, "the endpoint refused the refreshed access token too"),
        (EndpointRejects, false, "the endpoint refuses the access token that was refreshed for it"),
    ] {
        let error = Error::from(SessionExpired::from(reason));
        assert_eq!(error.requires_sign_in(), sign_in, "{reason:?}");
        let begins = if sign_in { "the session has expired: " } else { "" };
        let debug =
            format!("SessionExpired {{ reason: {reason:?}, response: None, refresh_response: None, .. }}");
        check(error, &format!("{begins}{told}"), &debug, None, None);
    }
    assert!(Error::from(NotSignedIn::default()).requires_sign_in());
    assert!(!Error::from(Closed::default()).requires_sign_in());
}

#[test]
fn i27_each_cause_of_a_failed_refresh_is_told() {
    let (request, unusable) = (InvalidRequest::new("body", "is odd"), InvalidRequest::new("token", "is odd"));
    let told = |reason: &str| format!("the access token cannot be refreshed right now: {reason}");
    let store = || StoreError::foreign("it is damaged");
    for (cause, reason, debug, status, source) in [
        (
            UnavailableCause::Transport(transport()),
            "the refresh did not get through",
            "Transport { kind: Connect, source: \"the port is closed\" }",
            None,
            Some(transport().to_string()),
        ),
        (
            UnavailableCause::Decode(decode()),
            &format!("its answer could not be decoded: {}", decode()),
            &format!("{:?}", decode()),
            None,
            Some(decode().to_string()),
        ),
        (UnavailableCause::Timeout, "the refresh took too long", "Timeout", None, None),
        (
            UnavailableCause::TryLater("s3cret".to_owned()),
            "it failed, and is tried again later (`cause()` has the reason)",
            "TryLater(..)",
            None,
            None,
        ),
        (
            UnavailableCause::TryLater("invalid_client: s3cret".to_owned()),
            "it was refused with `invalid_client`, which is about the client or its request and not about \
             the login",
            "TryLater(..)",
            None,
            None,
        ),
        (
            UnavailableCause::Request(request.clone()),
            "the request of the refresh cannot be built",
            "Request(InvalidRequest { argument: \"body\", reason: \"is odd\" })",
            None,
            Some(request.to_string()),
        ),
        (
            UnavailableCause::Unusable(unusable.clone()),
            "the refresh gave an access token that no request can be signed with",
            "Unusable(InvalidRequest { argument: \"token\", reason: \"is odd\" })",
            None,
            Some(unusable.to_string()),
        ),
        (
            UnavailableCause::DeadOnArrival,
            "the refresh gave a token that is out of date already",
            "DeadOnArrival",
            None,
            None,
        ),
        (
            UnavailableCause::Store(store()),
            "the store of the login failed",
            "StoreError { kind: Foreign, reason: \"it is damaged\", source: None }",
            None,
            Some(store().to_string()),
        ),
        (
            UnavailableCause::Storm,
            "the tokens it gives are refused as soon as they are used",
            "Storm",
            None,
            None,
        ),
        (UnavailableCause::Aborted, "the refresh was aborted", "Aborted", None, None),
    ] {
        let error = RefreshUnavailable::new(cause, Duration::ZERO);
        let debug = format!("RefreshUnavailable {{ cause: {debug}, .. }}");
        check(error, &told(reason), &debug, status, source.as_deref());
    }
    let decode = RefreshUnavailable::new(UnavailableCause::Decode(decode()), Duration::ZERO);
    assert_eq!(decode.status(), Some(StatusCode::OK), "that of the answer that could not be decoded");
    let store = RefreshUnavailable::new(UnavailableCause::Store(store()), Duration::ZERO);
    assert_eq!((store.status(), store.retry_after()), (None, Duration::ZERO));
    let later = RefreshUnavailable::new(UnavailableCause::Aborted, Duration::from_secs(3600));
    assert!((3500..=3600).contains(&later.retry_after().as_secs()), "what is left of the wait");
}

#[test]
fn i27_a_rejected_refresh_tells_its_status_its_code_or_where_it_led() {
    const BEYOND: &str = "which session endpoints do not follow";
    let nothing = "which says nothing about the login (`refused = …` can say what it means)";
    let of_client = "which is about the client or its request and not about the login";
    let moved = |to: &'static str| of(&IT, 307, Some((LOCATION, to)));
    let coded = |code: &str| {
        let body = Bytes::from(format!(r#"{{"error":"{code}"}}"#));
        ErrorResponse::new(&IT, StatusCode::BAD_REQUEST, HeaderMap::new(), body, false)
    };
    let mut rows = vec![
        (answer(404), format!("it was answered with status 404, {nothing}")),
        (answer(499), format!("it was answered with status 499, {nothing}")),
        (answer(302), format!("it was answered with status 302, {nothing}")),
        (coded("invalid_grant"), format!("it was answered with status 400, {nothing}")),
        (
            moved("/login;jsessionid=s3cret?x=s3cret#s3cret"),
            format!("it was answered with status 307 and redirected to /login, {BEYOND}"),
        ),
        (
            moved("https://u:s3cret@b.example:81/x"),
            format!("it was answered with status 307 and redirected to https://b.example:81/x, {BEYOND}"),
        ),
        (moved("mailto:s3cret"), format!("it was answered with status 307, {nothing}")),
    ];
    for status in [408, 425, 429, 500, 503, 599] {
        let told = format!("the server answered with status {status}, and is asked again later");
        rows.push((answer(status), told));
    }
    for code in [
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "invalid_target",
        "server_error",
        "slow_down",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
    ] {
        rows.push((coded(code), format!("the server answered with status 400 and `{code}`, {of_client}")));
    }
    for length in [200, 201] {
        let path = format!("/{}", "x".repeat(length - 1));
        let answer = moved(path.clone().leak());
        rows.push((
            answer,
            match length {
                200 => format!("it was answered with status 307 and redirected to {path}, {BEYOND}"),
                _ => format!("it was answered with status 307, {nothing}"),
            },
        ));
    }
    for (answer, told) in rows {
        let (status, debug) = (answer.status().as_u16(), format!("{answer:?}"));
        let source = answer.to_string();
        let unavailable = RefreshUnavailable::new(UnavailableCause::Status(answer), Duration::ZERO);
        assert_eq!(unavailable.status().map(|status| status.as_u16()), Some(status));
        check(
            unavailable,
            &format!("the access token cannot be refreshed right now: {told}"),
            &format!("RefreshUnavailable {{ cause: {debug}, .. }}"),
            Some(status),
            Some(&source),
        );
    }
}

#[test]
fn each_reason_why_no_client_can_be_built_is_told() {
    let failed = |cause: Option<&str>| {
        let cause = cause.map(str::to_owned);
        BuildError::transport(TransportError::because(TransportErrorKind::Tls, cause, "s0urce"))
    };
    let tls = |cause: &str| format!("no secure connection to the server could be made{cause}");
    let shown = "BuildError(Transport(Transport { kind: Tls, source: \"s0urce\" }))";
    for (error, told, debug, source) in [
        (BuildError::base("is odd"), "the base URL is odd".to_owned(), "BuildError(Base(\"is odd\"))", None),
        (
            BuildError::origin("session().layer", "https://ann:hunter2@a.example", "is odd"),
            "the origin `…` of `session().layer(…)` is odd".to_owned(),
            "BuildError(Origin(\"session().layer\", \"…\", \"is odd\"))",
            None,
        ),
        (BuildError::conflict("is odd"), "is odd".to_owned(), "BuildError(Conflict(\"is odd\"))", None),
        (
            BuildError::credential(InvalidRequest::new("x-key", "is odd")),
            "`x-key` is odd".to_owned(),
            "BuildError(Credential(InvalidRequest { argument: \"x-key\", reason: \"is odd\" }))",
            None,
        ),
        (failed(None), "the HTTP client could not be set up".to_owned(), shown, Some(tls(""))),
        (
            failed(Some("odd")),
            "the HTTP client could not be set up: odd".to_owned(),
            shown,
            Some(tls(": odd")),
        ),
    ] {
        check(error, &format!("the client cannot be built: {told}"), debug, None, source.as_deref());
    }
}
