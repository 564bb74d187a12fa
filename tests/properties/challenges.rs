//! `WWW-Authenticate`. The reference is `http-auth`: what it reads, this crate reads alike. What is written
//! by the grammar, and what is wrong, is in `tests/requests/challenge.rs`.

use http_auth::parse_challenges;
use proptest::prelude::*;
use sdk_runtime::ErrorResponse;

use crate::check::{check, texts};

const PIECES: &[&str] = &[
    "Basic ",
    "Bearer ",
    "Digest",
    " ",
    ",",
    ", ",
    "=",
    "\"",
    "\\",
    "\\\"",
    "realm=",
    "realm=\"",
    "\"a, b\"",
    "error=x",
    "a=b",
    "nonce=\"\"",
    "x",
    "\t",
    "é",
];

type Read = Vec<(String, Vec<(String, String)>)>;

#[test]
fn challenges_are_read_as_another_parser_reads_them() {
    let token = "[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,6}";
    let quoted = r#""([ !#-\[\]-~]|\\["\\a]){0,8}""#;
    let blank = "[ \t]{0,2}";
    let param = (token, blank, blank, prop_oneof![token.prop_map(String::from), quoted]);
    let param = param.prop_map(|(name, before, after, value)| format!("{name}{before}={after}{value}"));
    let comma = (blank, blank).prop_map(|(before, after)| format!("{before},{after}"));
    let challenge = (token, "[ \t]{1,2}", proptest::collection::vec((param, comma), 1..4)).prop_map(
        |(scheme, blank, params)| {
            let params: String = params.into_iter().flat_map(|(param, comma)| [param, comma]).collect();
            format!("{scheme}{blank}{params}")
        },
    );
    let valid = proptest::collection::vec(challenge, 1..4).prop_map(|all| all.concat());
    let lines = prop_oneof![3 => valid, 2 => texts(PIECES)];
    check("challenges", &lines, |line| {
        let Ok(value) = http::HeaderValue::from_str(&line) else { return Ok(()) };
        let answer = http::Response::builder().status(401).header("www-authenticate", value);
        let challenges = ErrorResponse::from(answer.body("".into()).unwrap()).challenges();
        let Ok(theirs) = parse_challenges(&line) else { return Ok(()) };
        let ours: Read = challenges
            .iter()
            .map(|it| {
                let params = it.params().map(|(name, value)| (name.to_owned(), value.to_owned()));
                (it.scheme().to_owned(), params.collect())
            })
            .collect();
        let theirs: Read = theirs
            .into_iter()
            .map(|it| {
                let params =
                    it.params.into_iter().map(|(name, value)| (name.to_owned(), value.to_unescaped()));
                (it.scheme.to_owned(), params.collect())
            })
            .collect();
        prop_assert_eq!(ours, theirs);
        Ok(())
    });
}
