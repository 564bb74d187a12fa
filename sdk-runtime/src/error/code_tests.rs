//! Each code, the table of the codes in the documentation, and what passes by itself.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

use super::*;
use crate::endpoint::Endpoint;

static IT: Endpoint = Endpoint::new("Api::it", "GET", "/it");

const DOCS: &str = include_str!("../../docs/errors.md");

fn answer(status: u16) -> ErrorResponse {
    let status = StatusCode::from_u16(status).unwrap();
    ErrorResponse::new(&IT, status, HeaderMap::new(), Bytes::new(), false)
}

fn decode() -> DecodeError {
    DecodeError::new("T", (StatusCode::OK, &HeaderMap::new()), None, String::new(), &Bytes::new())
}

fn transport(kind: TransportErrorKind) -> TransportError {
    TransportError::new(kind, "why")
}

/// An error of each code, as often as it takes to say what is transient.
fn errors() -> Vec<Error> {
    use TransportErrorKind::*;
    let mut errors = Vec::<Error>::new();
    for reason in [
        ExpiredReason::RefreshRejected,
        ExpiredReason::NoRefreshToken,
        ExpiredReason::LostRotation,
        ExpiredReason::UndecodableRefresh,
        ExpiredReason::LoginOver,
        ExpiredReason::ReplayRejected,
        ExpiredReason::EndpointRejects,
    ] {
        errors.push(SessionExpired::from(reason).into());
    }
    let kinds = [
        Dns,
        Connect,
        Tls,
        Proxy,
        NotSent,
        Request,
        Layer,
        NotHttp,
        HeadTooLarge,
        Body,
        Redirect,
        Encoding,
        Invalid,
    ];
    let invalid = || InvalidRequest::new("id", "is empty");
    let stores = || {
        [
            StoreError::unavailable("it is full", "full"),
            StoreError::foreign("it is damaged"),
            StoreError::timeout(),
            StoreError::uncertain("it broke", "broken"),
        ]
    };
    let mut causes = vec![
        UnavailableCause::Decode(decode()),
        UnavailableCause::Timeout,
        UnavailableCause::TryLater("later".to_owned()),
        UnavailableCause::Request(invalid()),
        UnavailableCause::Unusable(invalid()),
        UnavailableCause::DeadOnArrival,
        UnavailableCause::Storm,
        UnavailableCause::Aborted,
    ];
    causes.extend(kinds.map(|kind| UnavailableCause::Transport(transport(kind))));
    causes.extend(stores().map(UnavailableCause::Store));
    for status in [200, 302, 400, 408, 425, 429, 500, 501, 502, 503, 504, 505, 600] {
        causes.push(UnavailableCause::Status(answer(status)));
        errors.push(answer(status).into());
    }
    errors.extend(causes.into_iter().map(|cause| RefreshUnavailable::new(cause, Duration::ZERO).into()));
    errors.extend(kinds.map(|kind| Error::from(transport(kind))));
    errors.extend(stores().map(Error::from));
    for phase in [TimeoutPhase::Refresh, TimeoutPhase::Connect, TimeoutPhase::Response, TimeoutPhase::Idle] {
        let timeout = Timeout::new(phase, Duration::from_secs(1));
        errors.extend([timeout.into(), timeout.of_an_attempt().into()]);
    }
    errors.extend([
        Error::from(NotSignedIn::default()),
        IdentityChanged::new(true).into(),
        InsufficientScope::from(answer(403)).into(),
        decode().into(),
        invalid().into(),
        NotReplayable::from(answer(401)).into(),
        BodyTooLarge::new(7).into(),
        BuildError::base("is odd").into(),
        BuildError::origin(".trusted_origin", "x", "is odd").into(),
        BuildError::insecure(&"http://api.test/v1".parse().unwrap(), &[]).into(),
        BuildError::conflict("is odd").into(),
        BuildError::credential(invalid()).into(),
        BuildError::missing("Tenant").into(),
        BuildError::transport(transport(Tls)).into(),
        BuildError::runtime(std::io::ErrorKind::WouldBlock).into(),
        Cancelled::default().into(),
        Closed::default().into(),
        Unimplemented::default().into(),
    ]);
    errors
}

/// The codes of the table in the documentation, with what it says of each.
fn table() -> Vec<(&'static str, &'static str)> {
    let cells = |line: &'static str| line.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>();
    let rows = DOCS.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| (cells(line)[0].trim_matches('`'), cells(line)[1])).collect()
}

/// A variant without a code does not compile, so the texts in `code.rs` and `build.rs` are all codes.
#[test]
fn the_table_of_codes_has_each_code_once() {
    let visited: BTreeSet<&str> = errors().iter().map(Error::code).collect();
    let source = concat!(include_str!("code.rs"), include_str!("build.rs"));
    let written = source.lines().filter_map(|line| Some(line.split_once("=> \"")?.1.split_once("\",")?.0));
    assert_eq!(written.collect::<BTreeSet<_>>(), visited, "each code has an error in this test");
    let listed: Vec<&str> = table().into_iter().map(|(code, _)| code).collect();
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), visited, "sdk-runtime/docs/errors.md");
    assert_eq!(listed.len(), visited.len(), "a code has two lines in sdk-runtime/docs/errors.md");
}

#[test]
fn the_table_of_codes_says_what_is_transient() {
    for error in errors() {
        let (code, said) = table().into_iter().find(|(code, _)| *code == error.code()).unwrap();
        let status = match &error {
            Error::RefreshUnavailable(unavailable) => unavailable.status(),
            error => error.status(),
        };
        let number = status.map_or(0, |status| status.as_u16());
        let is_listed = said.split(", ").any(|listed| match listed.strip_suffix("xx") {
            Some(class) => (number / 100).to_string() == class,
            None => number.to_string() == listed,
        });
        let expected = match (said, &error) {
            ("yes", _) => true,
            ("no", _) => false,
            ("as `transport.*`" | "as `store.*`", Error::RefreshUnavailable(unavailable)) => {
                match unavailable.cause() {
                    UnavailableCause::Transport(error) => Error::from(error.clone()).is_transient(),
                    UnavailableCause::Store(error) => Error::from(error.clone()).is_transient(),
                    cause => panic!("{code}: {cause:?}"),
                }
            }
            _ => is_listed,
        };
        assert_eq!(error.is_transient(), expected, "{code}: {error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_what_is_left_of_it() {
    let waits = |error: &Error| error.retry_after().map(|wait| wait.as_secs());
    let unavailable = RefreshUnavailable::new(UnavailableCause::Timeout, Duration::from_secs(30)).into();
    let response = |headers: HeaderMap| {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let mut response = http::Response::new(Bytes::new());
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        Error::from(ErrorResponse::from(response))
    };
    let seconds = response(HeaderMap::from_iter([(RETRY_AFTER, "20".parse().unwrap())]));
    let date = response(HeaderMap::from_iter([
        (DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap()),
        (RETRY_AFTER, "Sun, 06 Nov 1994 08:49:57 GMT".parse().unwrap()),
    ]));
    let none = response(HeaderMap::new());
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!([&unavailable, &seconds, &date, &none].map(waits), [Some(25), Some(15), Some(15), None]);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!([&unavailable, &seconds, &date].map(waits), [Some(0); 3]);
    assert_eq!(waits(&Closed::default().into()), None);
}

/// Each variant, so that none is left without the name of its endpoint.
#[test]
fn i27_each_error_of_a_call_names_its_endpoint_once() {
    static OTHER: Endpoint = Endpoint::new("Api::other", "GET", "/other");
    for error in errors() {
        let is_named = error.endpoint().is_some();
        let bare = error.to_string();
        let named = error.with_endpoint(&IT).with_endpoint(&OTHER);
        let (code, told) = (named.code(), named.to_string());
        if code.starts_with("build.") {
            assert_eq!((named.endpoint().is_none(), told), (true, bare), "a builder calls nothing");
            continue;
        }
        assert_eq!(named.endpoint().map(Endpoint::qualified_name), Some("Api::it"), "{code}");
        assert_eq!(told.matches("Api::it").count(), 1, "{told}");
        assert!(is_named == bare.contains("Api::it") && told.ends_with(&bare), "{told}: {bare}");
        assert!(format!("{named:?}").contains("Api::it"), "{named:?}");
    }
    let fake = http::Response::builder().status(404).body(Bytes::new()).unwrap();
    let fake = Error::from(ErrorResponse::from(fake));
    assert!(fake.endpoint().is_none());
    assert_eq!(
        fake.with_endpoint(&IT).to_string(),
        "`Api::it` (GET /it) was answered with status 404 Not Found"
    );
}

#[test]
fn a_report_tells_each_cause_once() {
    let inner = std::io::Error::other("the port is closed");
    let outer = TransportError::because(TransportErrorKind::Connect, Some("refused".to_owned()), inner);
    let error = RefreshUnavailable::new(UnavailableCause::Transport(outer.clone()), Duration::ZERO);
    let error = Error::from(error).with_endpoint(&IT);
    let told = "`Api::it`: the access token cannot be refreshed right now: the refresh did not get through";
    let because = "no connection to the server could be made: refused: the port is closed";
    assert_eq!(error.to_string(), told);
    assert_eq!((error.report(), format!("{error:#}")), (format!("{told}: {because}"), error.report()));
    let decode = RefreshUnavailable::new(UnavailableCause::Decode(decode()), Duration::ZERO);
    let decode = Error::from(decode);
    assert_eq!(decode.report(), decode.to_string(), "the text has its cause already");
    assert_eq!(Error::from(outer).report(), because);
}
