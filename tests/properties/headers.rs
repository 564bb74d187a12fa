//! Header names and values. The reference is `http`, and RFC 9110.

use http::HeaderName;
use proptest::prelude::*;
use sdk_runtime::{Error, Result, api_client};

use crate::check::{check, texts};

const VALUES: &[&str] =
    &["a", " ", "\t", ",", "\"", "\r", "\n", "\r\nx: y", "\0", "\x7f", "é", "\u{80}", ";", ":"];
const NAMES: &[&str] = &[
    "x",
    "X",
    "-",
    "_",
    "a",
    ".",
    " ",
    ":",
    "\n",
    "é",
    "/",
    "host",
    "content-length",
    "te",
    "connection",
    "transfer-encoding",
    "proxy-x",
    "cookie",
    "authorization",
    "upgrade",
];

#[api_client(auth = none)]
trait Headers {
    #[get("/h")]
    async fn one(&self, #[header("x-it")] it: &str) -> Result<()>;

    #[get("/h")]
    async fn many(&self, #[headers] pairs: &[(String, String)]) -> Result<()>;
}

/// Whether a header can hold `text` (RFC 9110, 5.5).
fn is_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\t' || byte >= b' ' && byte != 0x7f)
}

/// Whether a caller can set a header of this name.
fn is_name(text: &str) -> bool {
    const OF_THE_TRANSPORT: [&str; 8] = [
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    HeaderName::from_bytes(text.as_bytes())
        .is_ok_and(|name| !OF_THE_TRANSPORT.contains(&name.as_str()) && !name.as_str().starts_with("proxy-"))
}

#[test]
fn a_value_is_sent_as_it_is_or_refused() {
    let client = HeadersClient::new("https://a.test").unwrap();
    check("header values", &texts(VALUES), |value| {
        match client.one(&value).request() {
            Ok(request) if is_value(&value) => {
                let lines: Vec<_> =
                    request.headers().get_all("x-it").iter().map(|it| it.as_bytes()).collect();
                prop_assert_eq!(lines, [value.as_bytes()]);
            }
            Err(Error::InvalidRequest(error)) if !is_value(&value) => {
                prop_assert_eq!(error.argument(), "x-it")
            }
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        }
        Ok(())
    });
}

#[test]
fn a_name_is_sent_or_refused() {
    let client = HeadersClient::new("https://a.test").unwrap();
    let name = prop_oneof![texts(NAMES), proptest::sample::select(NAMES).prop_map(str::to_owned)];
    check("header names", &name, |name| {
        let pairs = [(name.clone(), "first".to_owned())];
        match client.many(&pairs).request() {
            Ok(request) if is_name(&name) => {
                let lines: Vec<_> = request.headers().get_all(&name).iter().collect();
                prop_assert_eq!(lines, ["first"]);
            }
            Err(Error::InvalidRequest(_)) if !is_name(&name) => {}
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        }
        Ok(())
    });
}
