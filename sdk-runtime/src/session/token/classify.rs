//! Classification of a response to a signed request: whether it rejects the access token.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use super::tokens::Tokens;
use crate::error::{ErrorResponse, InsufficientScope};

/// What a response to a signed request says about its credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing: the response is for the caller.
    Surface,
    /// The access token is rejected, and a refresh may help.
    ///
    /// The call is replayed. After a success ([`token_bad_on`](crate::client::ClientBuilder::token_bad_on))
    /// only an idempotent request is, because the server may have executed it. Any other call returns the
    /// answer as it is.
    TokenBad,
    /// As [`TokenBad`](Self::TokenBad), and the server has not executed the request: it is replayed in any
    /// case.
    NotExecuted,
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

/// A user's function that finds the next tokens in the headers of an answer.
pub(crate) type TokensIn = Arc<dyn Fn(&HeaderMap) -> Option<Tokens> + Send + Sync>;

/// How the answers to a client's signed requests are judged.
#[derive(Clone, Default)]
pub(crate) struct Judge {
    /// In place of the default table.
    pub(crate) token_bad: Option<TokenBad>,
    /// The successes and redirects that are judged too.
    pub(crate) also_on: Vec<u16>,
    /// The age up to which the default table does not believe the rejection of a token.
    pub(crate) grace: Duration,
    /// The tokens in the headers of an answer that accepts the credential.
    pub(crate) tokens_in: Option<TokensIn>,
}

impl Judge {
    /// Fails if options contradict each other.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if self.grace > LONGEST_GRACE {
            return Err(
                "`.replication_grace(…)` is at most 10 s: a token that is rejected for longer is over",
            );
        }
        if self.token_bad.is_some() && !self.grace.is_zero() {
            return Err("`.replication_grace(…)` is about the table that `.token_bad(…)` replaces: keep one");
        }
        if self.token_bad.is_none() && !self.also_on.is_empty() {
            return Err("`.token_bad_on(…)` needs `.token_bad(…)`, which judges these answers");
        }
        let is_judged = |status: &u16| !matches!(status, 200..=299 | 301 | 302 | 303 | 307 | 308);
        if self.also_on.iter().any(is_judged) {
            return Err(
                "`.token_bad_on(…)` takes statuses from 200 to 299 and redirects (301, 302, 303, 307, 308): \
                 `.token_bad(…)` judges all others without it",
            );
        }
        Ok(())
    }

    /// Returns the verdict about `answer` to a session of `scheme`.
    pub(crate) fn verdict(&self, answer: &ErrorResponse, scheme: Option<&str>) -> Verdict {
        match &self.token_bad {
            Some(token_bad) => token_bad(answer),
            None => verdict(answer, scheme),
        }
    }

    /// Whether a success or a redirect of `status` is judged too.
    pub(crate) fn also_looks_at(&self, status: StatusCode) -> bool {
        self.also_on.contains(&status.as_u16())
    }

    /// Whether the client has set nothing.
    pub(crate) fn is_default(&self) -> bool {
        self.token_bad.is_none() && self.grace.is_zero() && self.tokens_in.is_none()
    }
}

/// The longest age of a token whose rejection is not believed.
const LONGEST_GRACE: Duration = Duration::from_secs(10);

/// The default table. A session without a scheme takes every 401 and every challenge for its own.
fn verdict(answer: &ErrorResponse, scheme: Option<&str>) -> Verdict {
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
