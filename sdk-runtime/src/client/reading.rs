//! From an answer to the types of an endpoint. The way is the same for all, and compiled once; what is compiled for each
//! endpoint's types does nothing but decode.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::limits::{Limits, Progress};
use super::pipeline::Came;
use crate::cookies::{Jar, SetCookies};
use crate::endpoint::Endpoint;
use crate::error::{ApiError, Error, ErrorResponse, InsufficientScope, Words};
use crate::response::{Answer, Arrived, Decoder, Head};
use crate::session::{Refusal, Session, StoreTime, TokenResponse, Tokens};

/// Makes the value of an answer that signs somebody in, and signs them in.
pub(super) type Begin<T> = fn(&Decoder<T>, Arrived, Beginning) -> Begun<T>;

/// That value, as soon as the login is where it is kept.
pub(super) type Begun<T> = Pin<Box<dyn Future<Output = Result<T, Failed>> + Send>>;

/// How an answer becomes a `T` or an `E`, as plain functions: a type that is no [`ApiError`] is reported where it
/// is declared, and not once more wherever a call is awaited.
pub(super) struct Reading<T, E> {
    decoder: Decoder<T>,
    /// Where the answer starts a session.
    begin: Option<Begin<T>>,
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
    /// Whether it is that of a session endpoint, which may hold tokens.
    pub(super) is_secret: bool,
}

/// What a sign-in began with.
pub(super) struct Beginning {
    pub(super) endpoint: &'static Endpoint,
    pub(super) session: Session,
    /// The jar of the login, and what came of the cookies in the answer.
    pub(super) cookies: (Arc<Jar>, SetCookies),
    pub(super) epoch: u64,
    /// How long to wait for it to be written down.
    pub(super) limits: Limits,
    pub(super) time: StoreTime,
}

impl Beginning {
    fn sign_in(self, tokens: Tokens, head: &Head) -> Result<Keeping, Error> {
        let Self { session, cookies, epoch, limits, time, .. } = self;
        session.shell().sign_in(tokens, Some(head), Some(cookies), Some(epoch))?;
        Ok(Keeping { session, limits, time })
    }

    /// Signs in with what the value of `answer` says about tokens.
    fn settle(self, answer: Answer, tokens: Result<Tokens, Refusal>) -> Result<Keeping, Failed> {
        match tokens {
            Ok(tokens) => self.sign_in(tokens, answer.head()).map_err(Failed::Error),
            Err(Refusal::Dead(message) | Refusal::TryLater { message, .. }) => {
                Err(Failed::Answer(self.refused(answer, message), None))
            }
        }
    }

    /// What it means that `error` found no value in a successful answer: a server that refuses by an `error` says so, and of any other
    /// answer nothing is kept that may be a token.
    fn without_tokens(self, answer: Answer, error: Error) -> Failed {
        let words = Words::read(answer.body());
        if words.is_object && words.code().is_some() {
            let message = words.message().unwrap_or_default();
            return Failed::Answer(self.refused(answer, message), None);
        }
        Failed::Error(error.without_values())
    }

    /// A successful answer that says no.
    fn refused(self, answer: Answer, message: String) -> ErrorResponse {
        let (status, headers) = answer.head.into_parts();
        ErrorResponse::new(self.endpoint, status, headers, answer.body, false).refused_for(message)
    }
}

/// A login on its way to the store.
struct Keeping {
    session: Session,
    limits: Limits,
    time: StoreTime,
}

impl Keeping {
    /// Waits until it is there, as long as the call may take. A store that fails is told of by an event, and tried again.
    async fn wait(self) {
        let shell = self.session.shell();
        let saved = async {
            shell.flushed_within(self.time).await;
            Ok(())
        };
        if shell.spawner.run(self.limits.hold(&Progress::default(), saved)).await.is_err() {
            shell.store_timed_out();
        }
    }
}

/// Why there is no value.
pub(super) enum Failed {
    Answer(ErrorResponse, Option<InsufficientScope>),
    Error(Error),
}

/// What is kept of the head of an answer: it, or nothing where nobody asked for it.
pub(super) trait Keep {
    fn keep(head: &Head) -> Self;
}

impl Keep for Head {
    fn keep(head: &Head) -> Self {
        head.clone()
    }
}

impl Keep for () {
    fn keep(_: &Head) {}
}

impl<T, E> Reading<T, E> {
    pub(super) fn new(decoder: Decoder<T>, begin: Option<Begin<T>>) -> Self
    where
        E: ApiError,
    {
        Self { decoder, begin, failing: Failing { own: E::from_status, other: E::from } }
    }

    /// The endpoint's error for one that comes with no answer.
    pub(super) fn failed(&self, error: Error) -> E {
        (self.failing.other)(error)
    }

    /// What a call comes to, and the login that it may begin.
    pub(super) async fn read_call<K: Keep>(&self, fetched: Result<Fetched, Error>) -> Result<(K, T), E> {
        match (fetched, self.begin) {
            (Ok(Fetched { came: Came::Success(arrived), beginning: Some(beginning), .. }), Some(begin)) => {
                let head = K::keep(arrived.head());
                match begin(&self.decoder, arrived, beginning).await {
                    Ok(value) => Ok((head, value)),
                    Err(failed) => self.fail(failed),
                }
            }
            (Ok(Fetched { came: Came::Success(arrived), is_secret: true, .. }), _) => {
                let head = K::keep(arrived.head());
                match self.decoder.decode(arrived) {
                    Ok(value) => Ok((head, value)),
                    Err(error) => self.fail(Failed::Error(error.without_values())),
                }
            }
            (fetched, _) => self.read(fetched.map(|fetched| fetched.came)),
        }
    }

    /// A value and what is kept of its head, or the endpoint's own error.
    pub(super) fn read<K: Keep>(&self, came: Result<Came, Error>) -> Result<(K, T), E> {
        match came {
            Ok(Came::Success(arrived)) => {
                let head = K::keep(arrived.head());
                match self.decoder.decode(arrived) {
                    Ok(value) => Ok((head, value)),
                    Err(error) => self.fail(Failed::Error(error)),
                }
            }
            Ok(Came::Failure(response, lacking)) => self.fail(Failed::Answer(response, lacking)),
            Err(error) => self.fail(Failed::Error(error)),
        }
    }

    fn fail<K: Keep>(&self, failed: Failed) -> Result<(K, T), E> {
        let (response, lacking) = match failed {
            Failed::Answer(response, lacking) => (response, lacking),
            Failed::Error(error) => return Err(self.failed(error)),
        };
        // An endpoint's own errors come first: a declared 404 is an error where an undeclared one may be `None`.
        let response = match (self.failing.own)(response) {
            Ok(error) => return Err(error),
            Err(response) => response,
        };
        if lacking.is_none()
            && let Some(head) = not_found(&response)
            && let Some(value) = (self.decoder.absent)(&head)
        {
            return Ok((K::keep(&head), value));
        }
        Err(self.failed(unsuccessful(response, lacking)))
    }
}

/// The head of an answer that says that there is no such thing.
fn not_found(response: &ErrorResponse) -> Option<Head> {
    (response.status() == http::StatusCode::NOT_FOUND)
        .then(|| Head::new(response.status(), response.headers().clone()))
}

/// The error of an answer that no endpoint has one of its own for.
fn unsuccessful(response: ErrorResponse, lacking: Option<InsufficientScope>) -> Error {
    match lacking {
        Some(lacking) => lacking.seen_with(response).into(),
        None => Error::Status(response),
    }
}

/// [`Begin`], for an answer that says which tokens are in it.
pub(super) fn begin<T: TokenResponse + 'static>(
    decoder: &Decoder<T>,
    arrived: Arrived,
    beginning: Beginning,
) -> Begun<T> {
    let begun = sign_in(decoder, arrived, beginning);
    Box::pin(async move {
        let (value, keeping) = begun?;
        keeping.wait().await;
        Ok(value)
    })
}

fn sign_in<T: TokenResponse>(
    decoder: &Decoder<T>,
    arrived: Arrived,
    beginning: Beginning,
) -> Result<(T, Keeping), Failed> {
    let answer = arrived.whole().map_err(Failed::Error)?;
    match decoder.decode(Arrived::Whole(answer.clone())) {
        Ok(value) => {
            let tokens = value.tokens(answer.head());
            Ok((value, beginning.settle(answer, tokens)?))
        }
        Err(error) => Err(beginning.without_tokens(answer, error)),
    }
}
