//! The lifetime of an access token, from the response or from a JWT. It is used for timing only, and
//! nothing is verified.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::tokens::{Expiry, Tokens};
use crate::date::server_time;
use crate::response::Head;

/// A shorter lifetime in a new response makes no sense. It counts as unknown, and a rejection tells when
/// the token is over.
const SHORTEST: Duration = Duration::from_secs(1);

/// Returns the lifetime of the access token from its arrival on. `None` if it is unknown or makes no sense.
/// Zero if it has lapsed already.
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
    let makes_sense = |lifetime: &Duration| head.is_none() || *lifetime >= SHORTEST;
    match tokens.expiry {
        Expiry::In(lifetime) => Some(lifetime).filter(makes_sense),
        Expiry::At(end) => Some(until(end)),
        Expiry::Untold => {
            let (exp, iat) = claims(tokens.access.as_ref()?.expose())?;
            match (iat, head) {
                // It would have ended before it was issued.
                (Some(iat), _) if exp <= iat => None,
                // It is new, and both times are of the server's clock, so ours may be wrong.
                (Some(iat), Some(_)) => Some(exp - iat).filter(makes_sense),
                // Its age is unknown.
                _ => Some(until(SystemTime::UNIX_EPOCH.checked_add(exp)?)),
            }
        }
    }
}

/// The `exp` and `iat` of a JWT (RFC 7519, 4.1) since 1970; `iat` is optional. A readable JWT has exactly
/// three segments (RFC 7515, 3.1), the second of which is an object. A trailing `=`, which some servers
/// append, is ignored.
fn claims(token: &str) -> Option<(Duration, Option<Duration>)> {
    let segments: Vec<&str> = token.splitn(4, '.').collect();
    let &[_, payload, _] = segments.as_slice() else { return None };
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&payload).ok()?;
    let time = |name: &str| Duration::try_from_secs_f64(claims.get(name)?.as_f64()?).ok();
    Some((time("exp")?, time("iat")))
}

#[cfg(test)]
mod tests {
    use http::header::DATE;
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;
    use crate::runtime;

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
        assert_eq!(lifetime(&token.clone().expires_in(HOUR), None, runtime::wall), Some(HOUR));
        assert_eq!(lifetime(&token, Some(&head(None)), runtime::wall), Some(Duration::from_secs(60)));
        assert_eq!(
            lifetime(&token, None, runtime::wall),
            Some(Duration::ZERO),
            "it may have been kept for years"
        );
        assert_eq!(lifetime(&Tokens::new("opaque"), None, runtime::wall), None);
        assert_eq!(lifetime(&Tokens { access: None, ..Tokens::new("") }, None, runtime::wall), None);
    }

    #[test]
    fn a_date_is_read_by_the_clock_of_the_server_that_wrote_it() {
        let wrong = SystemTime::UNIX_EPOCH + HOUR * 24 * 365;
        let tokens = Tokens::new("opaque").expires_at(wrong + HOUR);
        assert_eq!(lifetime(&tokens, Some(&head(Some(wrong))), runtime::wall), Some(HOUR));
        assert_eq!(
            lifetime(&tokens, Some(&head(None)), runtime::wall),
            Some(Duration::ZERO),
            "decades ago by ours"
        );
        let late = Tokens::new(jwt("{\"exp\":31539600}"));
        assert_eq!(lifetime(&late, Some(&head(Some(wrong))), runtime::wall), Some(HOUR));
    }

    #[test]
    fn a_jwt_has_three_segments() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"exp":100,"iat":40}"#);
        for (token, seconds) in [
            (format!("e30.{payload}.c2ln"), Some(60)),
            (format!("e30.{payload}."), Some(60)),
            (format!("e30.{payload}=.c2ln"), Some(60)),
            (format!("e30.{payload}"), None),
            (format!("e30.{payload}.c2ln."), None),
            (format!("e30.{payload}.c2ln.c2ln"), None),
            // Five are an encrypted one, whose second segment is a key.
            (format!("e30.{payload}.aXY.Y2lwaGVy.dGFn"), None),
            (format!(".{payload}"), None),
            (format!("e30.e30.{payload}"), None),
            (format!("e30. {payload}.c2ln"), None),
        ] {
            let seconds = seconds.map(Duration::from_secs);
            assert_eq!(
                lifetime(&Tokens::new(token.as_str()), Some(&head(None)), runtime::wall),
                seconds,
                "{token}"
            );
        }
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
            &jwt("[100,40]"),
            &jwt("[1e12]"),
            &jwt(r#"{"exp":null,"iat":1}"#),
            &jwt(r#"{"exp":"soon"}"#),
            &jwt(r#"{"exp":-1}"#),
            &jwt(r#"{"exp":1e300}"#),
        ] {
            assert_eq!(lifetime(&Tokens::new(token), None, runtime::wall), None, "{token}");
        }
    }

    #[test]
    fn a_lifetime_that_makes_no_sense_is_none_in_an_answer_and_over_in_what_was_kept() {
        let (second, moment) = (Duration::from_secs(1), Duration::from_nanos(1));
        for (tokens, in_an_answer, kept) in [
            (Tokens::new("opaque").expires_in(Duration::ZERO), None, Some(Duration::ZERO)),
            (Tokens::new("opaque").expires_in(second - moment), None, Some(second - moment)),
            (Tokens::new("opaque").expires_in(second), Some(second), Some(second)),
            (Tokens::new(jwt(r#"{"exp":40,"iat":40}"#)), None, None),
            (Tokens::new(jwt(r#"{"exp":10,"iat":40}"#)), None, None),
            (Tokens::new(jwt(r#"{"exp":40.5,"iat":40}"#)), None, Some(Duration::ZERO)),
            (Tokens::new(jwt(r#"{"exp":41,"iat":40}"#)), Some(second), Some(Duration::ZERO)),
            (Tokens::new(jwt(r#"{"exp":40}"#)), Some(Duration::ZERO), Some(Duration::ZERO)),
            (
                Tokens::new("opaque").expires_at(SystemTime::UNIX_EPOCH),
                Some(Duration::ZERO),
                Some(Duration::ZERO),
            ),
        ] {
            let name = format!("{:?} of {:?}", tokens.expiry, tokens.access.as_ref().map(|it| it.expose()));
            assert_eq!(lifetime(&tokens, Some(&head(None)), runtime::wall), in_an_answer, "{name}");
            assert_eq!(lifetime(&tokens, None, runtime::wall), kept, "{name}, kept");
        }
    }
}
