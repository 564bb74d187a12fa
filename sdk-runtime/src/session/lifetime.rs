//! How long an access token lives, from what the server said or from the token itself. Only for timing: nothing is verified.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::tokens::Tokens;
use crate::delay::server_time;
use crate::response::Head;

/// What an answer told about the end of its access token.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expiry {
    Untold,
    In(Duration),
    At(SystemTime),
}

/// How long the access token lives from its arrival on; `None` where nothing tells.
pub(crate) fn lifetime(
    tokens: &Tokens,
    head: Option<&Head>,
    wall: impl FnOnce() -> SystemTime,
) -> Option<Duration> {
    let until = |end: SystemTime| {
        let now = match head {
            Some(head) => server_time(head.headers(), wall),
            None => wall(),
        };
        end.duration_since(now).unwrap_or_default()
    };
    match tokens.expiry {
        Expiry::In(lifetime) => Some(lifetime),
        Expiry::At(end) => Some(until(end)),
        Expiry::Untold => {
            let claims = claims(tokens.access.as_ref()?.expose())?;
            let end = Duration::try_from_secs_f64(claims.exp).ok()?;
            let begin = claims.iat.and_then(|iat| Duration::try_from_secs_f64(iat).ok());
            Some(match (begin, head) {
                // Fresh from the server, and both are of its clock, so ours may be as wrong as it likes.
                (Some(begin), Some(_)) => end.saturating_sub(begin),
                // Of unknown age.
                _ => until(SystemTime::UNIX_EPOCH.checked_add(end)?),
            })
        }
    }
}

/// The claims about time of RFC 7519, 4.1.
#[derive(Deserialize)]
struct Claims {
    exp: f64,
    iat: Option<f64>,
}

fn claims(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&payload).ok()
}

#[cfg(test)]
mod tests {
    use http::header::DATE;
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;
    use crate::clock;

    const HOUR: Duration = Duration::from_secs(3600);

    fn jwt(claims: &str) -> String {
        format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(claims))
    }

    fn head(date: Option<SystemTime>) -> Head {
        let mut headers = HeaderMap::new();
        if let Some(date) = date {
            let date = httpdate::fmt_http_date(date);
            headers.insert(DATE, HeaderValue::try_from(date).unwrap());
        }
        Head::new(StatusCode::OK, headers)
    }

    #[test]
    fn what_was_told_comes_first() {
        let token = Tokens::new(jwt(r#"{"exp":100,"iat":40}"#));
        assert_eq!(lifetime(&token.clone().expires_in(HOUR), None, clock::wall), Some(HOUR));
        assert_eq!(lifetime(&token, Some(&head(None)), clock::wall), Some(Duration::from_secs(60)));
        assert_eq!(
            lifetime(&token, None, clock::wall),
            Some(Duration::ZERO),
            "it may have been kept for years"
        );
        assert_eq!(lifetime(&Tokens::new("opaque"), None, clock::wall), None);
        assert_eq!(lifetime(&Tokens::cookies(), None, clock::wall), None);
    }

    #[test]
    fn a_date_is_read_by_the_clock_of_the_server_that_wrote_it() {
        let wrong = SystemTime::UNIX_EPOCH + HOUR * 24 * 365;
        let tokens = Tokens::new("opaque").expires_at(wrong + HOUR);
        assert_eq!(lifetime(&tokens, Some(&head(Some(wrong))), clock::wall), Some(HOUR));
        assert_eq!(
            lifetime(&tokens, Some(&head(None)), clock::wall),
            Some(Duration::ZERO),
            "decades ago by ours"
        );
        let late = Tokens::new(jwt("{\"exp\":31539600}"));
        assert_eq!(lifetime(&late, Some(&head(Some(wrong))), clock::wall), Some(HOUR));
    }

    #[test]
    fn what_is_no_jwt_tells_nothing_and_breaks_nothing() {
        for token in [
            "",
            "..",
            "a.b.c",
            "a.!!.c",
            &jwt("{}"),
            &jwt("[]"),
            &jwt(r#"{"exp":"soon"}"#),
            &jwt(r#"{"exp":-1}"#),
            &jwt(r#"{"exp":1e300}"#),
        ] {
            assert_eq!(lifetime(&Tokens::new(token), None, clock::wall), None, "{token}");
        }
        let backwards = Tokens::new(jwt(r#"{"exp":10,"iat":40}"#));
        assert_eq!(lifetime(&backwards, Some(&head(None)), clock::wall), Some(Duration::ZERO));
    }
}
