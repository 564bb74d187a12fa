//! Every response to a refresh and its meaning, as `docs/answers.md` shows it.
//!
//! `ANSWERS_TABLE=write cargo test -p sdk-runtime answers` writes it; read the difference before you commit
//! it.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::endpoint::Endpoint;

static ENDPOINT: Endpoint = Endpoint::new("Api::refresh", "POST", "/refresh");

/// What arrived: a status, headers, a body, and whether that is all of it.
struct Came {
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static [u8],
    is_whole: bool,
}

const fn came(status: u16, body: &'static str) -> Came {
    bytes(status, body.as_bytes())
}

const fn bytes(status: u16, body: &'static [u8]) -> Came {
    Came { status, headers: &[], body, is_whole: true }
}

const fn with(headers: &'static [(&'static str, &'static str)], came: Came) -> Came {
    Came { headers, ..came }
}

const fn cut(came: Came) -> Came {
    Came { is_whole: false, ..came }
}

const HTML: &[(&str, &str)] = &[("content-type", "text/html; charset=utf-8")];
const ENCODED: &[(&str, &str)] = &[("content-type", "application/json"), ("content-encoding", "br")];
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
const WAIT: &[(&str, &str)] = &[("retry-after", "7")];

/// The rows of the page, in the order of the rules: the section, the response, and the rule that it shows.
fn rows() -> Vec<(&'static str, Came, &'static str)> {
    let by_status = "The status decides";
    let by_code = "A readable `error` decides";
    let left = "What is left";
    let success = "A success without tokens that can be read";
    vec![
        (by_status, came(408, ""), "not spent"),
        (by_status, came(425, r#"{"error":"invalid_grant"}"#), "not spent"),
        (by_status, came(429, r#"{"error":"invalid_request"}"#), "not spent"),
        (by_status, with(WAIT, came(429, r#"{"error":"invalid_grant"}"#)), "not spent, for 7 s"),
        (by_status, came(500, r#"{"error":"invalid_grant"}"#), "unknown"),
        (by_status, came(502, "<html>"), "unknown"),
        (by_status, came(503, r#"{"error":"invalid_client"}"#), "unknown"),
        (by_status, with(WAIT, came(503, "")), "not spent, for 7 s"),
        (by_status, with(HTML, came(511, "<html>")), "not spent"),
        (by_code, came(400, r#"{"error":"invalid_grant"}"#), "rejected"),
        (by_code, came(404, r#"{"error":"invalid_grant"}"#), "rejected"),
        (by_code, came(410, r#"{"error":"expired_token"}"#), "rejected"),
        (by_code, came(422, r#"{"error":"bad_refresh_token"}"#), "rejected"),
        (by_code, came(401, r#"{"error":"invalid_client"}"#), "misconfigured"),
        (by_code, came(400, r#"{"error":"unauthorized_client"}"#), "misconfigured"),
        (by_code, came(400, r#"{"error":"unsupported_grant_type"}"#), "misconfigured"),
        (by_code, came(400, r#"{"error":"invalid_target"}"#), "misconfigured"),
        (by_code, with(WAIT, came(400, r#"{"error":"temporarily_unavailable"}"#)), "not spent, for 7 s"),
        (by_code, came(401, r#"{"error":"slow_down"}"#), "not spent"),
        (by_code, came(403, r#"{"error":"server_error"}"#), "not spent"),
        (
            by_code,
            bytes(
                400,
                b"{\"error\":\"temporarily_unavailable\",\"error_description\":\"nicht verf\xFCgbar\"}",
            ),
            "not spent",
        ),
        (by_code, came(400, r#"{"error":"slow_down","error_description":"\ud800"}"#), "not spent"),
        (by_code, came(400, r#"{"error":"slow_down","wait":1e999}"#), "not spent"),
        (by_code, came(400, r#"{"error":"slow_down","x":1,"x":2}"#), "not spent"),
        (by_code, cut(came(401, r#"{"error":"invalid_client","error_descr"#)), "misconfigured"),
        (left, came(401, ""), "rejected"),
        (left, came(401, r#"{"error":"unheard_of"}"#), "rejected"),
        (left, cut(came(401, r#"{"message":"no"#)), "rejected"),
        (left, came(400, r#"{"message":"no"}"#), "rejected"),
        (left, came(403, r#"{"error":"revoked"}"#), "rejected"),
        (left, came(400, "\u{feff}{\"message\":\"no\"}"), "rejected"),
        (left, came(400, r#"["invalid_grant"]"#), "misconfigured"),
        (left, came(400, r#""invalid_grant""#), "misconfigured"),
        (left, came(400, ""), "misconfigured"),
        (
            left,
            bytes(400, b"{\"error\":\"invalid_grant\",\"error_description\":\"ung\xFCltig\"}"),
            "misconfigured",
        ),
        (left, came(400, r#"{"error":"invalid_grant","error":"slow_down"}"#), "misconfigured"),
        (left, cut(came(403, r#"{"error":"invalid_grant"}"#)), "misconfigured"),
        (left, with(ENCODED, bytes(400, b"\x8b\x02")), "misconfigured"),
        (left, with(HTML, came(403, "<html>blocked</html>")), "misconfigured"),
        (left, came(404, r#"["invalid_grant"]"#), "misconfigured"),
        (left, came(404, ""), "misconfigured"),
        (left, came(302, ""), "misconfigured"),
        (success, came(200, r#"{"error":"bad_refresh_token"}"#), "rejected"),
        (success, came(200, r#"{"error":"expired_token"}"#), "rejected"),
        (success, came(200, "\u{feff}{\"error\":\"invalid_grant\"}"), "rejected"),
        (success, came(200, r#"{"error":"temporarily_unavailable"}"#), "not spent"),
        (success, with(WAIT, came(200, r#"{"error":"slow_down"}"#)), "not spent, for 7 s"),
        (success, came(200, r#"{"error":"incorrect_client_credentials"}"#), "misconfigured"),
        (success, came(200, r#"{"error":"","token":"n"}"#), "undecodable"),
        (success, came(200, r#"{"error":null,"token":"n"}"#), "undecodable"),
        (success, came(200, r#"{"error":0}"#), "undecodable"),
        (success, came(200, r#"{"error":{"code":"invalid_grant"}}"#), "undecodable"),
        (success, came(200, r#"{"error":"invalid_grant","error":"x"}"#), "undecodable"),
        (success, bytes(200, b"{\"error\":\"invalid_grant\",\"x\":\"\xFC\"}"), "undecodable"),
        (success, cut(came(200, r#"{"error":"invalid_grant"}"#)), "undecodable"),
        (success, came(200, r#"["invalid_grant"]"#), "undecodable"),
        (success, came(200, r#"{"access_token":"n","expires_in":"3600"}"#), "undecodable"),
        (success, with(ENCODED, bytes(200, b"\x8b\x02")), "undecodable"),
        (success, with(ENCODED, came(200, "<html>")), "undecodable"),
        (success, cut(came(200, r#"{"access_tok"#)), "undecodable"),
        (success, bytes(200, b"\xFFno text"), "undecodable"),
        (success, came(200, ""), "undecodable"),
        (success, came(204, ""), "undecodable"),
        (success, came(200, " \n "), "undecodable"),
        (success, with(HTML, came(200, "<html>Welcome</html>")), "not spent"),
        (success, with(HTML, cut(came(200, "<ht"))), "not spent"),
        (success, came(200, "<html>Welcome</html>"), "not spent"),
        (success, came(200, "OK"), "not spent"),
        (success, with(FORM, came(200, "access_token=n&refresh_token=r2")), "undecodable"),
    ]
}

impl Came {
    fn answer(&self) -> ErrorResponse {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let headers = HeaderMap::from_iter(headers);
        let status = StatusCode::from_u16(self.status).unwrap();
        ErrorResponse::new(&ENDPOINT, status, headers, Bytes::from_static(self.body), !self.is_whole)
    }

    fn meaning(&self) -> String {
        let answer = self.answer();
        let outcome = if answer.status().is_success() {
            let head = (answer.status(), answer.headers());
            let error = DecodeError::new("Tokens", head, None, String::new(), &Bytes::new());
            without_tokens(answer, error, crate::runtime::wall)
        } else {
            unsuccessful(answer, crate::runtime::wall)
        };
        match outcome {
            RefreshOutcome::Denied(_) => "rejected".to_owned(),
            RefreshOutcome::NotSpent { retry_after: Some(wait), .. } => {
                format!("not spent, for {} s", wait.as_secs())
            }
            RefreshOutcome::NotSpent { .. } => "not spent".to_owned(),
            RefreshOutcome::Unknown { .. } => "unknown".to_owned(),
            RefreshOutcome::Misconfigured(_) => "misconfigured".to_owned(),
            RefreshOutcome::Undecodable(_) => "undecodable".to_owned(),
            other => format!("{other:?}"),
        }
    }

    /// The response, as the page shows it.
    fn shown(&self) -> String {
        let mut text = format!("`{}`", self.status);
        for (name, value) in self.headers {
            let _ = write!(text, ", `{name}: {value}`");
        }
        let shown: String = String::from_utf8_lossy(self.body).escape_debug().collect();
        let body = shown.replace("\\\"", "\"").replace("\\\\", "\\").replace('|', "\\|");
        if !self.body.is_empty() {
            let _ = write!(text, ", `{body}`");
        }
        if !self.is_whole {
            text.push_str(", and no more");
        }
        text
    }
}

fn document() -> String {
    let mut text = String::from(
        "The answer to a refresh keeps or ends the login. The rules apply in this order, and the first\n\
         match decides.\n\n\
         1. `refused = …` of the declaration, if it returns a [`Refusal`](crate::Refusal). It is called\n   \
            for unsuccessful answers, and for successes without readable tokens.\n\
         2. The `TokenResponse` of a success, if it returns a `Refusal`. That of a derive with a flag\n   \
            that says no rejects the token. With a `Retry-After` or a code that keeps the login it is\n   \
            \"not spent\": one of those below, 408, 425, 429 or 5xx, in `error`, the flag or the message.\n\
         3. The status: 408, 425, 429 and each 5xx keep the login, with every body.\n\
         4. The string in `error` of a 4xx (RFC 6749, 5.2), if it is one of those below. From a body\n   \
            that cannot be read to its end it counts only if it keeps the login.\n\
         5. The other 4xx: a 401, and a 400 or 403 with a readable JSON object, reject the token.\n\n\
         A body is readable if all of it arrived, decoded, in UTF-8, as one JSON object without a\n\
         duplicate key.\n\n\
         | meaning | what follows |\n|---|---|\n\
         | rejected | The login is over. |\n\
         | not spent | The login goes on. The refresh is tried again after 1 s, doubling to 60 s, or after `Retry-After`, up to 1 h. |\n\
         | unknown | The refresh token may be spent. It is sent once more after 250 to 750 ms; then as \"not spent\". |\n\
         | undecodable | The refresh token is most likely spent. It is not sent again while the access token is valid, and then once in 5 min. |\n\
         | misconfigured | The login goes on. The refresh is tried again after 1 s, doubling to 5 min. |\n\n\
         The tests of the crate write this page and compare it: it is what the code does.\n",
    );
    let mut section = "";
    for (name, came, _) in rows() {
        if name != section {
            section = name;
            let _ = write!(text, "\n## {name}\n\n| answer | meaning |\n|---|---|\n");
        }
        let _ = writeln!(text, "| {} | {} |", came.shown(), came.meaning());
    }
    text
}

#[test]
fn i39_each_answer_means_what_its_row_says() {
    for (section, came, expected) in rows() {
        assert_eq!(came.meaning(), expected, "I16, I39: {section}: {}", came.shown());
    }
}

/// A 404 without a code keeps the login, and a 400 with an unknown code ends it. They tell the lists apart.
#[test]
fn i16_each_word_of_a_server_means_what_its_list_says() {
    let ends = ["invalid_grant", "bad_refresh_token", "expired_token"];
    let later = ["temporarily_unavailable", "slow_down", "server_error"];
    let misconfigured = [
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "invalid_target",
        "unauthorized_client",
        "unsupported_grant_type",
    ];
    let lists = [(&ends[..], "rejected"), (&later, "not spent"), (&misconfigured, "misconfigured")];
    for (words, expected) in lists {
        for word in words {
            for status in [200, 400, 401, 403, 404, 410, 422] {
                let body = format!(r#"{{"error":"{word}"}}"#).leak();
                assert_eq!(came(status, body).meaning(), expected, "I16: {status} {word}");
            }
        }
    }
    for (status, expected) in [(200, "misconfigured"), (400, "rejected"), (404, "misconfigured")] {
        let body = r#"{"error":"unheard_of"}"#;
        assert_eq!(came(status, body).meaning(), expected, "I16: {status} {body}");
    }
}

#[test]
fn i39_no_word_ends_a_login_that_a_status_keeps() {
    for status in [408, 425, 429].into_iter().chain(500..=599) {
        for body in [
            r#"{"error":"invalid_grant"}"#,
            r#"{"error":"expired_token"}"#,
            r#"{"error":"bad_refresh_token"}"#,
            r#"{"message":"no"}"#,
        ] {
            let meaning = came(status, body).meaning();
            assert!(meaning == "unknown" || meaning == "not spent", "I39: {status} {body}: {meaning}");
        }
    }
}

/// Every prefix of a rejection, and every rejection with one byte that is not UTF-8.
#[test]
fn i39_what_cannot_be_read_ends_no_login() {
    let body: &[u8] = br#"{"error":"invalid_grant","error_description":"gone","code":1}"#;
    for status in [400, 403, 404, 200] {
        for length in 0..body.len() {
            for is_whole in [false, true] {
                let came = Came { status, headers: &[], body: &body[..length], is_whole };
                assert_ne!(came.meaning(), "rejected", "I39: {status} {length} {is_whole}");
            }
        }
        for at in 0..body.len() {
            let mut broken = body.to_vec();
            broken[at] = 0xFC;
            let came = Came { status, headers: &[], body: broken.leak(), is_whole: true };
            assert_ne!(came.meaning(), "rejected", "I39: {status} {at}");
        }
    }
}

#[test]
fn the_table_of_answers_is_what_the_code_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/answers.md");
    let text = document();
    if std::env::var_os("ANSWERS_TABLE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    for (line, (wrote, does)) in written.lines().zip(text.lines()).enumerate() {
        assert_eq!(wrote, does, "docs/answers.md:{}: `ANSWERS_TABLE=write` writes it", line + 1);
    }
    assert_eq!(written.len(), text.len());
}
