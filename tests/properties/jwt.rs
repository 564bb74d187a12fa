//! Access tokens: a JWT that has lapsed is refreshed before it is sent, any other text is sent as it is.

use std::time::{Duration, SystemTime};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use proptest::prelude::*;
use sdk_runtime::{Error, Head, Refusal, Result, ServiceTransport, TokenResponse, Tokens, api_client, oauth};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::{check, run, texts};

const PIECES: &[&str] = &[
    ".",
    ".",
    "e30",
    "eyJleHAiOjF9",
    "eyJleHAiOjk5OTk5OTk5OTk5fQ",
    "=",
    "a",
    "-",
    "_",
    " ",
    "\n",
    "é",
    "\0",
    "eyJleHAiOiJ4In0",
    "bnVsbA",
    "W10",
];
const NOW: u64 = 1_800_000_000;

#[derive(Debug, Deserialize)]
struct Refreshed {}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new("fresh"))
    }
}

#[api_client]
trait Guarded {
    #[get("/it")]
    async fn it(&self) -> Result<()>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: oauth::RefreshRequest) -> Result<Refreshed>;
}

/// What the server has received as token after a sign-in with `token`: one, or none and the error.
fn received(token: &str) -> std::result::Result<String, Error> {
    let backend = Backend::new();
    backend.reply("GET", "/it", Reply::empty()).reply("POST", "/refresh", Reply::json(&json!({})));
    let builder = GuardedClient::builder("https://a.test").transport(ServiceTransport::new(backend.clone()));
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    let client = builder.wall_clock(move || now).build().unwrap();
    run(async {
        client.session().sign_in(Tokens::new(token).refresh_token("r"))?;
        client.it().await
    })?;
    let header = backend.last().unwrap().headers()["authorization"].clone();
    Ok(String::from_utf8(header.as_bytes().to_vec()).unwrap().strip_prefix("Bearer ").unwrap().to_owned())
}

/// The claim as a number of seconds since 1970.
fn time(claims: &Value, name: &str) -> Option<f64> {
    claims.get(name)?.as_f64().filter(|it| *it >= 0.0 && *it < 1e18)
}

fn has_lapsed(token: &str) -> bool {
    let [_, claims, _] = token.split('.').collect::<Vec<_>>()[..] else { return false };
    let Ok(claims) = BASE64_URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')) else { return false };
    let Ok(claims @ Value::Object(_)) = serde_json::from_slice::<Value>(&claims) else { return false };
    let Some(exp) = time(&claims, "exp") else { return false };
    let makes_sense = time(&claims, "iat").is_none_or(|iat| iat < exp);
    makes_sense && exp <= NOW as f64
}

#[test]
fn a_jwt_that_has_lapsed_is_refreshed() {
    let far = NOW + 1_000_000;
    let number = prop_oneof![
        1 => (0..NOW - 100).prop_map(|it| json!(it)),
        1 => (far..2 * far).prop_map(|it| json!(it)),
        1 => (0..NOW - 100).prop_map(|it| json!(it as f64 + 0.5)),
        4 => Just(json!(7)),
        1 => Just(json!(-1)),
        1 => Just(json!(1e300)),
        1 => Just(json!("1")),
        1 => Just(json!(null)),
    ];
    let claims = (proptest::option::weighted(0.8, number.clone()), proptest::option::of(number));
    let claims = claims.prop_map(|(exp, iat)| {
        let mut claims = json!({ "sub": "é" });
        for (name, value) in [("exp", exp), ("iat", iat)] {
            if let Some(value) = value {
                claims[name] = value;
            }
        }
        claims
    });
    let parts = (claims, "[A-Za-z0-9_-]{0,8}", "[A-Za-z0-9_-]{0,8}", 0..3_usize);
    check("JWTs", &parts, |(claims, head, signature, padding)| {
        let claims = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
        let token = format!("{head}.{claims}{}.{signature}", "=".repeat(padding));
        let expected = if has_lapsed(&token) { "fresh" } else { &token };
        prop_assert_eq!(received(&token).unwrap(), expected);
        Ok(())
    });
}

#[test]
fn any_text_is_a_token_or_an_error() {
    check("texts of tokens", &texts(PIECES), |token| {
        match received(&token) {
            Ok(received) if has_lapsed(&token) => prop_assert_eq!(received, "fresh"),
            Ok(received) => prop_assert_eq!(received, token),
            Err(error) => {
                let is_value = !token.trim_matches([' ', '\t']).is_empty()
                    && http::HeaderValue::from_str(&token).is_ok();
                prop_assert!(!is_value, "{:?}", error);
            }
        }
        Ok(())
    });
}
