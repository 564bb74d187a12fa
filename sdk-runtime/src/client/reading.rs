//! From an answer to the types of an endpoint. The way is the same for all, and compiled once; what is compiled for each
//! endpoint's types does nothing but decode.

use std::sync::Arc;

use super::pipeline::Came;
use crate::cookies::Jar;
use crate::endpoint::Endpoint;
use crate::error::{ApiError, Error, ErrorResponse, InsufficientScope};
use crate::response::{Answer, Arrived, Decoder, Head};
use crate::session::{Refusal, Session, Tokens};

/// The tokens in the answer to a sign-in.
pub(super) type ReadTokens<T> = fn(&T, &Head) -> Result<Tokens, Refusal>;

/// How an answer becomes a `T` or an `E`, as plain functions: a type that is no [`ApiError`] is reported where it
/// is declared, and not once more wherever a call is awaited.
pub(super) struct Reading<T, E> {
    decoder: Decoder<T>,
    /// Where the answer starts a session.
    tokens: Option<ReadTokens<T>>,
    failing: Failing<E>,
}

struct Failing<E> {
    own: fn(ErrorResponse) -> Result<E, ErrorResponse>,
    other: fn(Error) -> E,
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
    fn refused(self, answer: Answer, message: String) -> ErrorResponse {
        let (status, headers) = answer.head.into_parts();
        ErrorResponse::new(self.endpoint, status, headers, answer.body, false).refused_for(message)
    }
}

impl<T, E> Reading<T, E> {
    pub(super) fn new(decoder: Decoder<T>, tokens: Option<ReadTokens<T>>) -> Self
    where
        E: ApiError,
    {
        Self { decoder, tokens, failing: Failing { own: E::from_status, other: E::from } }
    }

    /// The endpoint's error for one that comes with no answer.
    pub(super) fn failed(&self, error: Error) -> E {
        (self.failing.other)(error)
    }

    /// What the call comes to: a value, with its head if that is wanted, or the endpoint's own error.
    pub(super) fn read(
        &self,
        fetched: Result<Fetched, Error>,
        with_head: bool,
    ) -> Result<(Option<Head>, T), E> {
        let mut value = Value { reading: self, value: None };
        let mut failure = Failure { failing: &self.failing, error: None };
        let head = match fetched {
            Ok(fetched) => settle(fetched, with_head, &mut value, &mut failure),
            Err(error) => {
                failure.other(error);
                None
            }
        };
        match value.value {
            Some(value) => Ok((head, value)),
            // Never `Closed`: where there is no value, there is an error.
            None => Err(failure.error.unwrap_or_else(|| self.failed(Error::Closed))),
        }
    }
}

/// A value in the making.
trait Values {
    fn decode(&mut self, arrived: Arrived) -> Result<(), Error>;
    /// Whether there is a value for "there is no such thing".
    fn absent(&mut self, head: &Head) -> bool;
    /// What the value says about tokens; `None` where the endpoint starts no session.
    fn tokens(&self, head: &Head) -> Option<Result<Tokens, Refusal>>;
    fn take_back(&mut self);
}

struct Value<'r, T, E> {
    reading: &'r Reading<T, E>,
    value: Option<T>,
}

impl<T, E> Values for Value<'_, T, E> {
    fn decode(&mut self, arrived: Arrived) -> Result<(), Error> {
        self.value = Some(self.reading.decoder.decode(arrived)?);
        Ok(())
    }

    fn absent(&mut self, head: &Head) -> bool {
        self.value = (self.reading.decoder.absent)(head);
        self.value.is_some()
    }

    fn tokens(&self, head: &Head) -> Option<Result<Tokens, Refusal>> {
        Some(self.reading.tokens?(self.value.as_ref()?, head))
    }

    fn take_back(&mut self) {
        self.value = None;
    }
}

/// An error in the making.
trait Failures {
    /// The endpoint's own, or the answer back.
    fn own(&mut self, response: ErrorResponse) -> Result<(), ErrorResponse>;
    fn other(&mut self, error: Error);
}

struct Failure<'r, E> {
    failing: &'r Failing<E>,
    error: Option<E>,
}

impl<E> Failures for Failure<'_, E> {
    fn own(&mut self, response: ErrorResponse) -> Result<(), ErrorResponse> {
        self.error = Some((self.failing.own)(response)?);
        Ok(())
    }

    fn other(&mut self, error: Error) {
        self.error = Some((self.failing.other)(error));
    }
}

/// Makes a value or an error of what was fetched; gives the head of the value, if that is wanted.
fn settle(
    fetched: Fetched,
    with_head: bool,
    value: &mut dyn Values,
    failure: &mut dyn Failures,
) -> Option<Head> {
    let outcome = match fetched.came {
        Came::Success(arrived) => succeed(arrived, fetched.beginning, with_head, value),
        Came::Failure(response, lacking) => Err(Failed::Answer(response, lacking)),
    };
    let (response, lacking) = match outcome {
        Ok(head) => return head,
        Err(Failed::Answer(response, lacking)) => (response, lacking),
        Err(Failed::Error(error)) => {
            failure.other(error);
            return None;
        }
    };
    // An endpoint's own errors come first: a declared 404 is an error where an undeclared one may be `None`.
    let Err(response) = failure.own(response) else { return None };
    if let Some(lacking) = lacking {
        failure.other(lacking.seen_with(response).into());
        return None;
    }
    if response.status() == http::StatusCode::NOT_FOUND {
        let head = Head::new(response.status(), response.headers().clone());
        if value.absent(&head) {
            return with_head.then_some(head);
        }
    }
    failure.other(Error::Status(response));
    None
}

enum Failed {
    Answer(ErrorResponse, Option<InsufficientScope>),
    Error(Error),
}

fn succeed(
    arrived: Arrived,
    beginning: Option<Beginning>,
    with_head: bool,
    value: &mut dyn Values,
) -> Result<Option<Head>, Failed> {
    let Some(beginning) = beginning else {
        let head = with_head.then(|| arrived.head().clone());
        value.decode(arrived).map_err(Failed::Error)?;
        return Ok(head);
    };
    let answer = arrived.whole().map_err(Failed::Error)?;
    value.decode(Arrived::Whole(answer.clone())).map_err(Failed::Error)?;
    let signed_in = match value.tokens(answer.head()) {
        None => Ok(()),
        Some(Ok(tokens)) => beginning.sign_in(tokens, answer.head()).map_err(Failed::Error),
        Some(Err(Refusal::Dead(message) | Refusal::TryLater { message, .. })) => {
            Err(Failed::Answer(beginning.refused(answer.clone(), message), None))
        }
    };
    if let Err(failed) = signed_in {
        value.take_back();
        return Err(failed);
    }
    Ok(with_head.then_some(answer.head))
}
