//! Classification of a response to a signed request: whether it rejects the access token.

use std::sync::Arc;

use http::StatusCode;

use crate::error::{ErrorResponse, InsufficientScope};

/// What a response to a signed request says about its credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing: the response is for the caller.
    Surface,
    /// The access token is rejected, and a refresh may help.
    TokenBad,
    /// The whole login is over, and no refresh can help.
    LoginOver,
    /// The token is valid, and the login may not do this:
    /// [`Error::InsufficientScope`](crate::Error::InsufficientScope), unless the endpoint declares an error
    /// for the status. Nothing is refreshed.
    InsufficientScope,
}

/// `true` is [`Verdict::TokenBad`], `false` is [`Verdict::Surface`].
impl From<bool> for Verdict {
    fn from(token_bad: bool) -> Self {
        if token_bad { Self::TokenBad } else { Self::Surface }
    }
}

/// A user's classification in place of the default table.
pub(crate) type TokenBad = Arc<dyn Fn(&ErrorResponse) -> Verdict + Send + Sync>;

/// The default table. A session without a scheme takes every 401 and every challenge for its own.
pub(crate) fn verdict(answer: &ErrorResponse, scheme: Option<&str>) -> Verdict {
    match answer.status() {
        StatusCode::UNAUTHORIZED => scheme.is_none_or(|scheme| is_refused(answer, scheme)).into(),
        StatusCode::FORBIDDEN if InsufficientScope::challenge(answer, scheme).is_some() => {
            Verdict::InsufficientScope
        }
        _ => Verdict::Surface,
    }
}

/// Whether a 401 has no challenge, or one of the session's own scheme that names no other fault (RFC 6750,
/// 3.1).
fn is_refused(answer: &ErrorResponse, scheme: &str) -> bool {
    let challenges = answer.challenges();
    let mut own = challenges.iter().filter(|challenge| challenge.is(scheme));
    challenges.is_empty() || own.any(|it| it.error().is_none_or(|error| error == "invalid_token"))
}

#[cfg(test)]
mod tests {
    use Verdict::{InsufficientScope as Lacking, Surface, TokenBad as Bad};

    use super::*;

    #[test]
    fn an_answer_is_read_by_its_status_and_its_challenges() {
        for (status, challenges, of_bearer, without_scheme) in [
            (401, &[][..], Bad, Bad),
            (401, &["Bearer"], Bad, Bad),
            (401, &["bearer realm=\"a, b\""], Bad, Bad),
            (401, &["Bearer error=\"invalid_token\""], Bad, Bad),
            (401, &["Bearer realm=\"x\", ERROR = invalid_token"], Bad, Bad),
            (401, &["Bearer error=\"insufficient_scope\""], Surface, Bad),
            (401, &["Bearer error=\"invalid_request\""], Surface, Bad),
            (401, &["Basic realm=\"x\""], Surface, Bad),
            (401, &["Basic realm=\"x\", Bearer error=invalid_token"], Bad, Bad),
            (401, &["Basic error=\"invalid_token\", Bearer error=invalid_request"], Surface, Bad),
            (401, &["Basic realm=\"x\"", "Bearer"], Bad, Bad),
            (401, &["Negotiate", "Basic realm=\"Bearer\""], Surface, Bad),
            (401, &["Negotiate YWJj==, Bearer error=\"invalid_token\""], Bad, Bad),
            (401, &["Bearer error=\"invalid_request\"", "Bearer realm=\"other\""], Bad, Bad),
            (401, &["=,=;"], Bad, Bad),
            (403, &["Bearer error=\"insufficient_scope\""], Lacking, Lacking),
            (403, &["Basic realm=\"x\"", "bearer scope=a, error=insufficient_scope"], Lacking, Lacking),
            (403, &["DPoP error=\"insufficient_scope\""], Surface, Lacking),
            (403, &["Bearer error=\"invalid_token\""], Surface, Surface),
            (403, &["Bearer scope=\"a\""], Surface, Surface),
            (403, &[], Surface, Surface),
            (400, &["Bearer error=\"insufficient_scope\""], Surface, Surface),
            (500, &[], Surface, Surface),
        ] {
            let mut answer = http::Response::builder().status(status);
            for challenge in challenges {
                answer = answer.header("www-authenticate", *challenge);
            }
            let answer = ErrorResponse::from(answer.body(Vec::new().into()).unwrap());
            assert_eq!(verdict(&answer, Some("Bearer")), of_bearer, "{status} {challenges:?}");
            assert_eq!(verdict(&answer, None), without_scheme, "{status} {challenges:?} without a scheme");
        }
    }
}
