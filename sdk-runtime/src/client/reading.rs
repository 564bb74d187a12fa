//! From an answer to the types of an endpoint: all that is compiled once for each of them, and does nothing but decode.

use std::sync::Arc;

use super::pipeline::Came;
use crate::cookies::Jar;
use crate::endpoint::Endpoint;
use crate::error::{ApiError, Error, ErrorResponse};
use crate::response::{Answer, Decoding, Head};
use crate::session::{Refusal, Session, Tokens};

/// The tokens in the answer to a sign-in.
pub(super) type ReadTokens<T> = fn(&T, &Head) -> Result<Tokens, Refusal>;

/// How an answer becomes a `T` or an `E`, as plain functions: a type that is no [`ApiError`](crate::ApiError) is reported where it
/// is declared, and not once more wherever a call is awaited.
pub(super) struct Reading<T, E> {
    decoder: Decoding<T>,
    /// Where the answer starts a session.
    tokens: Option<ReadTokens<T>>,
    own: fn(ErrorResponse) -> Result<E, ErrorResponse>,
    pub(super) other: fn(Error) -> E,
}

/// An answer, and the login it may begin.
pub(super) struct Fetched {
    pub(super) came: Came,
    pub(super) beginning: Option<Beginning>,
}

/// What a sign-in began with.
pub(super) struct Beginning {
    pub(super) endpoint: &'static Endpoint,
    pub(super) session: Session,
    pub(super) jar: Arc<Jar>,
    pub(super) epoch: u64,
}

impl Beginning {
    fn sign_in(self, tokens: Tokens, head: &Head) -> Result<(), Error> {
        self.session.shared().sign_in(tokens, Some(head), Some(self.jar), Some(self.epoch))
    }

    /// A successful answer that says no.
    fn refused(self, answer: Answer, message: String) -> Came {
        let (status, headers) = answer.head.into_parts();
        let refused = ErrorResponse::new(self.endpoint, status, headers, answer.body, false);
        Came::Failure(refused.refused_for(message))
    }
}

/// What a call comes to: a value, with its head if that is wanted, or the endpoint's own error.
type Outcome<T, E> = Result<(Option<Head>, T), E>;

impl<T, E> Reading<T, E> {
    pub(super) fn new(decoder: Decoding<T>, tokens: Option<ReadTokens<T>>) -> Self
    where
        E: ApiError,
    {
        Self { decoder, tokens, own: E::from_status, other: E::from }
    }

    /// What the call comes to.
    pub(super) fn read(&self, fetched: Result<Fetched, Error>, with_head: bool) -> Outcome<T, E> {
        let outcome = fetched.and_then(|Fetched { came, beginning }| match (came, beginning, self.tokens) {
            (Came::Whole(answer), Some(beginning), Some(tokens)) => {
                self.start(answer, beginning, tokens, with_head)
            }
            (came, ..) => self.decode(came, with_head),
        });
        outcome.unwrap_or_else(|error| Err((self.other)(error)))
    }

    fn start(
        &self,
        answer: Answer,
        beginning: Beginning,
        tokens: ReadTokens<T>,
        with_head: bool,
    ) -> Result<Outcome<T, E>, Error> {
        let value = self.decoder.whole(answer.clone())?;
        match tokens(&value, answer.head()) {
            Ok(tokens) => {
                beginning.sign_in(tokens, answer.head())?;
                Ok(Ok((with_head.then_some(answer.head), value)))
            }
            Err(Refusal::Dead(message) | Refusal::TryLater { message, .. }) => {
                self.decode(beginning.refused(answer, message), with_head)
            }
        }
    }

    fn decode(&self, came: Came, with_head: bool) -> Result<Outcome<T, E>, Error> {
        match came {
            Came::Whole(answer) => {
                let head = with_head.then(|| answer.head().clone());
                Ok(Ok((head, self.decoder.whole(answer)?)))
            }
            Came::Stream(bytes) => {
                let head = with_head.then(|| bytes.head().clone());
                Ok(Ok((head, self.decoder.stream(bytes)?)))
            }
            // An endpoint's own errors come first: a declared 404 is an error where an undeclared one may be `None`.
            Came::Failure(response) => match (self.own)(response) {
                Ok(error) => Ok(Err(error)),
                Err(response) => self.absent(response, with_head).map(Ok),
            },
        }
    }

    fn absent(&self, response: ErrorResponse, with_head: bool) -> Result<(Option<Head>, T), Error> {
        if response.status() == http::StatusCode::NOT_FOUND {
            let head = Head::new(response.status(), response.headers().clone());
            if let Some(value) = self.decoder.absent(&head) {
                return Ok((with_head.then_some(head), value));
            }
        }
        Err(Error::Status(response))
    }
}
