//! Whether an answer means that the access token is no good.

use std::sync::Arc;

use http::StatusCode;

use crate::error::ErrorResponse;

/// What an answer to a signed request says about the credential it was signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing: the answer is for the caller.
    Surface,
    /// The access token is no good, and a renewal may help.
    TokenBad,
    /// The whole login is over, and no renewal can help.
    LoginOver,
}

/// `true` is [`Verdict::TokenBad`], `false` is [`Verdict::Surface`].
impl From<bool> for Verdict {
    fn from(token_bad: bool) -> Self {
        if token_bad { Self::TokenBad } else { Self::Surface }
    }
}

/// A judge of the user's in place of the default table.
pub(crate) type TokenBad = Arc<dyn Fn(&ErrorResponse) -> Verdict + Send + Sync>;

/// The default: a 401 without a challenge, or with one of the session's own scheme that names no other fault
/// (RFC 6750, 3.1). A session without a scheme takes every 401.
pub(crate) fn token_bad(answer: &ErrorResponse, scheme: Option<&str>) -> bool {
    if answer.status() != StatusCode::UNAUTHORIZED {
        return false;
    }
    let Some(scheme) = scheme else {
        return true;
    };
    let challenges = answer.challenges();
    let mut own = challenges.iter().filter(|challenge| challenge.is(scheme));
    challenges.is_empty() || own.any(|it| it.error().is_none_or(|error| error == "invalid_token"))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::header::WWW_AUTHENTICATE;
    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::endpoint::Endpoint;

    static ENDPOINT: Endpoint = Endpoint::new("Api::x", "GET", "/x");

    fn bad(status: u16, challenges: &[&'static str], scheme: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for challenge in challenges {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        let status = StatusCode::from_u16(status).unwrap();
        token_bad(&ErrorResponse::new(&ENDPOINT, status, headers, Bytes::new(), false), scheme)
    }

    #[test]
    fn a_401_is_read_by_its_challenges() {
        for (status, challenges, expected) in [
            (401, &[][..], true),
            (401, &["Bearer"], true),
            (401, &["bearer realm=\"a, b\""], true),
            (401, &["Bearer error=\"invalid_token\""], true),
            (401, &["Bearer error=\"insufficient_scope\""], false),
            (401, &["Bearer error=\"invalid_request\""], false),
            (401, &["Basic realm=\"x\""], false),
            (401, &["Basic realm=\"x\", Bearer error=invalid_token"], true),
            (401, &["Basic realm=\"x\"", "Bearer"], true),
            (401, &["Negotiate", "Basic realm=\"Bearer\""], false),
            (401, &["Negotiate YWJj==, Bearer error=\"invalid_token\""], true),
            (401, &["=,=;"], true),
            (403, &["Bearer error=\"invalid_token\""], false),
            (403, &[], false),
            (500, &[], false),
        ] {
            assert_eq!(bad(status, challenges, Some("Bearer")), expected, "{status} {challenges:?}");
        }
        assert!(bad(401, &["Basic realm=\"x\""], None));
        assert!(!bad(403, &[], None));
    }
}
