//! The functions that derived `TokenRequest` and `TokenResponse` call.

use std::time::{Duration, SystemTime};

use http::header::{RETRY_AFTER, SET_COOKIE};
pub use serde::de::DeserializeOwned;
use serde_json::Value;

pub use crate::error::Error;
use crate::error::ErrorBody;
use crate::oauth::ClientCredentials;
use crate::response::decode_json_at;
pub use crate::response::{BufferedResponse, FromResponse, Head};
use crate::session::keeps_login;
pub use crate::session::{Grant, Needs, Refusal, TokenRequest, TokenResponse, Tokens};
use crate::text;
pub use crate::token_time::{Clock, Unit};

/// Any type of a nested field. A derived one that is for a whole response has a constant of its own.
pub trait AnyPart {
    /// Whether the attributes of the struct are for the whole response.
    const __OF_THE_WHOLE: bool = false;
}

impl<T: ?Sized> AnyPart for T {}

/// Starts with the access token. `name` is the place where the server writes it.
///
/// # Errors
///
/// Returns `Unreadable` if there is no token.
pub fn access(name: &str, token: Option<&str>) -> Result<Tokens, Refusal> {
    match token {
        Some(token) => Ok(Tokens::new(token)),
        None => Err(Refusal::Unreadable(format!("there is no access token in {name}"))),
    }
}

/// Starts with the tokens of a field.
///
/// # Errors
///
/// Returns the field's refusal, or `Unreadable` if the field is absent.
pub fn nested(name: &str, inner: Result<Option<Tokens>, Refusal>) -> Result<Tokens, Refusal> {
    inner?.ok_or_else(|| Refusal::Unreadable(format!("there are no tokens in {name}")))
}

/// The tokens arrived as cookies.
#[cfg(feature = "cookies")]
#[must_use]
pub fn cookies() -> Tokens {
    Tokens::cookies()
}

/// Adds the refresh token. An empty one is none.
#[must_use]
pub fn refresh(tokens: Tokens, token: Option<&str>) -> Tokens {
    match token.filter(|token| !token.is_empty()) {
        Some(token) => tokens.refresh_token(token),
        None => tokens,
    }
}

/// Adds the lifetime.
///
/// # Errors
///
/// Returns `Unreadable` if it is none.
pub fn expires_in(
    tokens: Tokens,
    name: &str,
    lifetime: Result<Option<Duration>, &str>,
) -> Result<Tokens, Refusal> {
    let lifetime = lifetime.map_err(|why| Refusal::Unreadable(format!("{name} {why}")))?;
    Ok(lifetime.into_iter().fold(tokens, Tokens::expires_in))
}

/// Adds the end.
///
/// # Errors
///
/// Returns `Unreadable` if it is no time.
pub fn expires_at(
    tokens: Tokens,
    name: &str,
    end: Result<Option<SystemTime>, &str>,
) -> Result<Tokens, Refusal> {
    let end = end.map_err(|why| Refusal::Unreadable(format!("{name} {why}")))?;
    Ok(end.into_iter().fold(tokens, Tokens::expires_at))
}

/// Adds the user.
#[must_use]
pub fn subject(tokens: Tokens, subject: Option<String>) -> Tokens {
    subject.into_iter().fold(tokens, Tokens::subject)
}

/// Adds the origin of the API.
#[must_use]
pub fn api_origin(tokens: Tokens, origin: Option<String>) -> Tokens {
    origin.into_iter().fold(tokens, Tokens::api_origin)
}

/// Adds the scopes.
#[must_use]
pub fn scopes(tokens: Tokens, scopes: Vec<String>) -> Tokens {
    if scopes.is_empty() { tokens } else { tokens.scopes(scopes) }
}

/// Reads a token from a header. A scheme `Bearer` is no part of it.
#[must_use]
pub fn in_header<'a>(head: &'a Head, name: &str) -> Option<&'a str> {
    let value = head.headers().get(name)?.to_str().ok()?.trim_ascii();
    let bare = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    Some(bare.map_or(value, |(_, token)| token.trim_ascii())).filter(|token| !token.is_empty())
}

/// Reads a token from a cookie that the response sets. A cookie without a value is deleted.
#[must_use]
pub fn in_cookie<'a>(head: &'a Head, name: &str) -> Option<&'a str> {
    let lines = head.headers().get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
    let cookies = lines.filter_map(|line| line.split(';').next()?.split_once('='));
    let mut values =
        cookies.filter(|(found, _)| found.trim_ascii() == name).map(|(_, value)| value.trim_ascii());
    // The last one counts, as in a jar.
    let value = values.next_back()?;
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    Some(bare).filter(|token| !token.is_empty())
}

/// The value that a flag of success has.
#[derive(Debug, Clone, Copy)]
pub enum Success {
    /// `true`, or a number other than 0.
    True,
    /// This text.
    Text(&'static str),
    /// This number.
    Number(i64),
    /// This value of a `bool`.
    Bool(bool),
}

/// Returns the refusal in a response whose flag does not say that it succeeded. A response without a flag
/// has none. It ends the login unless the response says that it is temporary.
#[must_use]
pub fn refusal(
    answer: &BufferedResponse,
    (flag, success): (&[&str], Success),
    message: Option<&[&str]>,
) -> Option<Refusal> {
    let document: Value = serde_json::from_slice(text::without_mark(answer.body())).ok()?;
    let found = at(&document, flag)?;
    let succeeded = match (found, success) {
        (Value::Null, _) => return None,
        (Value::Bool(flag), Success::True) => *flag,
        (Value::Number(number), Success::True) => number.as_f64() != Some(0.0),
        (Value::String(text), Success::True) if text.eq_ignore_ascii_case("true") => true,
        (Value::String(text), Success::True) if text.eq_ignore_ascii_case("false") => false,
        (_, Success::True) => {
            let flag = flag.join(".");
            return Some(Refusal::Unreadable(format!(
                "`{flag}` is neither true nor false: compare it, as in `ok(\"{flag}\" = \"success\")`"
            )));
        }
        (Value::String(text), Success::Text(wanted)) => text == wanted,
        (Value::Number(number), Success::Number(wanted)) => number.as_i64() == Some(wanted),
        (Value::Bool(flag), Success::Bool(wanted)) => *flag == wanted,
        _ => false,
    };
    if succeeded {
        return None;
    }
    let told = message.and_then(|path| at(&document, path)).and_then(words).unwrap_or_default();
    let said = ErrorBody::parse(answer.body());
    let codes = [words(found).as_deref().is_some_and(keeps_login), said.code().is_some_and(keeps_login)];
    Some(denied(answer.head(), codes.contains(&true), told))
}

/// Returns the refusal with this message. It ends the login unless the response names a code that keeps it,
/// as its message or elsewhere, or asks for a later try.
fn denied(head: &Head, is_kept: bool, message: String) -> Refusal {
    if is_kept || keeps_login(&message) || head.headers().contains_key(RETRY_AFTER) {
        Refusal::TryLater { message, after: None }
    } else {
        Refusal::Dead(message)
    }
}

/// Returns the refusal of a value whose flag is `false`.
///
/// # Errors
///
/// Returns the refusal.
pub fn succeeded(flag: Option<bool>, message: Option<String>, head: &Head) -> Result<(), Refusal> {
    if flag == Some(false) { Err(denied(head, false, message.unwrap_or_default())) } else { Ok(()) }
}

fn at<'a>(document: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(document, |value, part| match value {
        Value::Object(fields) => fields.get(*part),
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}

fn words(message: &Value) -> Option<String> {
    match message {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Decodes the part of a body that `path` leads to.
///
/// # Errors
///
/// Returns [`Error::Decode`].
pub fn decode_at<T: DeserializeOwned>(
    answer: &BufferedResponse,
    path: &'static [&'static str],
) -> Result<T, Error> {
    decode_json_at(answer, path)
}

/// The tokens of a session, as the texts that a request holds.
pub mod exposed {
    use crate::oauth::{ClientCredentials, ClientSecret};
    use crate::secret::{AccessToken, RefreshToken};
    use crate::session::Grant;

    /// Returns the access token.
    #[must_use]
    pub fn access(grant: &Grant) -> Option<&str> {
        grant.access_token().map(AccessToken::expose)
    }

    /// Returns the refresh token.
    #[must_use]
    pub fn refresh(grant: &Grant) -> Option<&str> {
        grant.refresh_token().map(RefreshToken::expose)
    }

    /// Returns the identifier of the program.
    #[must_use]
    pub fn client_id(grant: &Grant) -> Option<&str> {
        grant.provided().map(ClientCredentials::id)
    }

    /// Returns the secret of the program.
    #[must_use]
    pub fn client_secret(grant: &Grant) -> Option<&str> {
        grant.provided().and_then(ClientCredentials::secret).map(ClientSecret::expose)
    }
}

/// Returns the value of this type that the client was given.
#[must_use]
pub fn provided<T: Clone + Send + Sync + 'static>(grant: &Grant) -> Option<T> {
    grant.provided().cloned()
}

/// Asks for the credentials of the program.
pub fn needs_client_id(needs: &mut Needs<'_>) {
    needs.value::<ClientCredentials>();
}

/// Asks for the credentials of the program, with a secret.
pub fn needs_client_secret(needs: &mut Needs<'_>) {
    ClientCredentials::needs_secret(needs);
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

    use super::*;

    fn head(lines: &[(&'static str, &'static str)]) -> Head {
        let lines = lines
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value);
        }
        Head::new(StatusCode::OK, headers)
    }

    #[test]
    fn a_token_in_a_header_has_no_scheme() {
        for (value, token) in [
            ("t1", Some("t1")),
            ("Bearer t1", Some("t1")),
            ("bearer  t1 ", Some("t1")),
            ("Basic t1", Some("Basic t1")),
            ("", None),
            ("Bearer ", Some("Bearer")),
        ] {
            assert_eq!(in_header(&head(&[("x-token", value)]), "X-Token"), token, "{value}");
        }
        assert_eq!(in_header(&head(&[]), "x-token"), None);
    }

    #[test]
    fn a_token_in_a_cookie_is_its_last_value() {
        let set = |line| ("set-cookie", line);
        for (lines, token) in [
            (&[set("t=1; Path=/; HttpOnly")][..], Some("1")),
            (&[set("other=0"), set(" t = \"1\" ")], Some("1")),
            (&[set("t=0"), set("t=1")], Some("1")),
            (&[set("t=a=b")], Some("a=b")),
            (&[set("t=; Max-Age=0")], None),
            (&[set("t")], None),
            (&[set("T=1")], None),
            (&[], None),
        ] {
            assert_eq!(in_cookie(&head(lines), "t"), token, "{lines:?}");
        }
    }

    #[test]
    fn a_flag_that_does_not_say_success_is_a_refusal() {
        let flag = &["ok"][..];
        let dead = |text: &str| Some(Refusal::Dead(text.to_owned()));
        for (body, success, expected) in [
            (r#"{"ok":true}"#, Success::True, None),
            (r#"{"ok":1}"#, Success::True, None),
            (r#"{"ok":"true"}"#, Success::True, None),
            (r#"{"ok":null}"#, Success::True, None),
            (r"{}", Success::True, None),
            ("<html>", Success::True, None),
            (r#"{"ok":false,"why":{"text":"revoked"}}"#, Success::True, dead("revoked")),
            (r#"{"ok":0,"why":{"text":7}}"#, Success::True, dead("7")),
            (r#"{"ok":"False"}"#, Success::True, dead("")),
            (r#"{"ok":"success"}"#, Success::Text("success"), None),
            (r#"{"ok":"error"}"#, Success::Text("success"), dead("")),
            (r#"{"ok":0}"#, Success::Number(0), None),
            (r#"{"ok":40101}"#, Success::Number(0), dead("")),
            (r#"{"ok":false}"#, Success::Bool(false), None),
            (r#"{"ok":true}"#, Success::Bool(false), dead("")),
            (r#"{"ok":"0"}"#, Success::Number(0), dead("")),
        ] {
            let answer = BufferedResponse::new(head(&[]), Bytes::from_static(body.as_bytes()));
            assert_eq!(refusal(&answer, (flag, success), Some(&["why", "text"])), expected, "{body}");
        }
        let answer = BufferedResponse::new(head(&[]), Bytes::from_static(br#"{"ok":"success"}"#));
        let told = refusal(&answer, (flag, Success::True), None);
        assert!(matches!(&told, Some(Refusal::Unreadable(why)) if why.contains("`ok(\"ok\" = ")), "{told:?}");
        assert_eq!(succeeded(None, None, &head(&[])), Ok(()));
        assert_eq!(succeeded(Some(true), None, &head(&[])), Ok(()));
        let told = succeeded(Some(false), Some("no".to_owned()), &head(&[]));
        assert_eq!(told, Err(Refusal::Dead("no".to_owned())));
    }

    #[test]
    fn i16_a_refusal_that_says_that_it_is_temporary_keeps_the_login() {
        let busy = HeaderValue::from_static("7");
        let busy = Head::new(StatusCode::OK, HeaderMap::from_iter([(RETRY_AFTER, busy)]));
        let later = |text: &str| Refusal::TryLater { message: text.to_owned(), after: None };
        for (body, success, message) in [
            (r#"{"ok":false,"error":"temporarily_unavailable"}"#, Success::True, ""),
            (r#"{"ok":false,"error":"invalid_client"}"#, Success::True, ""),
            (r#"{"ok":false,"why":{"text":"slow_down"}}"#, Success::True, "slow_down"),
            (r#"{"ok":false,"why":{"text":503}}"#, Success::True, "503"),
            (r#"{"ok":503,"why":{"text":"down"}}"#, Success::Number(200), "down"),
            (r#"{"ok":429}"#, Success::Number(0), ""),
            (r#"{"ok":"server_error"}"#, Success::Text("success"), ""),
        ] {
            let answer = BufferedResponse::new(head(&[]), Bytes::from_static(body.as_bytes()));
            let told = refusal(&answer, (&["ok"], success), Some(&["why", "text"]));
            assert_eq!(told, Some(later(message)), "{body}");
        }
        let answer = BufferedResponse::new(busy.clone(), Bytes::from_static(br#"{"ok":false}"#));
        assert_eq!(refusal(&answer, (&["ok"], Success::True), None), Some(later("")));
        assert_eq!(succeeded(Some(false), None, &busy), Err(later("")));
        let told = succeeded(Some(false), Some("server_error".to_owned()), &head(&[]));
        assert_eq!(told, Err(later("server_error")));

        for body in [r#"{"ok":false,"error":"invalid_grant"}"#, r#"{"ok":401}"#, r#"{"ok":40101}"#] {
            let answer = BufferedResponse::new(head(&[]), Bytes::from_static(body.as_bytes()));
            let told = refusal(&answer, (&["ok"], Success::Number(200)), None);
            assert_eq!(told, Some(Refusal::Dead(String::new())), "{body}");
        }
    }

    #[test]
    fn a_value_that_is_absent_or_wrong_names_its_place() {
        assert_eq!(
            access("`a.b`", None).unwrap_err(),
            Refusal::Unreadable("there is no access token in `a.b`".to_owned())
        );
        let tokens = || Tokens::new("a");
        let told = expires_in(tokens(), "`expires_in`", Err("is negative")).unwrap_err();
        assert_eq!(told, Refusal::Unreadable("`expires_in` is negative".to_owned()));
        let told = expires_at(tokens(), "`expires_at`", Err("is no time")).unwrap_err();
        assert_eq!(told, Refusal::Unreadable("`expires_at` is no time".to_owned()));
        assert!(refresh(tokens(), Some("")).refresh.is_none());
        assert!(nested("`data`", Ok(None)).is_err());
    }
}
