//! One attempt of a call: an exchange with the server, and the body of its response.

use bytes::Bytes;
use http::HeaderMap;
use http::response::Parts;

use super::retry::CallRetries;
use crate::client::deadline::Progress;
use crate::client::inner::Inner;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorResponse, InsufficientScope, NotReplayable, NotRetried};
use crate::exchange::{Contents, Credentials, EndsAt, ExchangeResponse, SendOptions};
use crate::request::Prepared;
use crate::response::{
    BodyEnd, BufferedResponse, ByteStream, ERROR_BODY_TIME, Head, ReceivedBody, SuccessResponse, read_all,
    receive,
};
use crate::runtime;
use crate::session::{Verdict, WaitBudget};
use crate::transport::ResponseBody;

/// The length up to which the body of an error response is kept.
const ERROR_BODY_LIMIT: usize = 64 << 10;

/// One call, or one page of a list, in execution: what its attempts share.
pub(crate) struct Execution<'a> {
    pub(crate) client: &'a Inner,
    pub(crate) progress: &'a Progress,
    pub(crate) retry: CallRetries,
    /// Whether the body of a success is read to its end.
    pub(crate) whole: bool,
}

/// The response of one attempt, and the request that it answers.
pub(crate) struct AttemptResponse {
    pub(crate) response: CallResponse,
    /// Whether it came from the client's own origin or a trusted one, and every hop before it too.
    pub(super) own_origin: bool,
    /// Whether the request that it answers carried a credential.
    pub(super) signed: bool,
    /// Whether a redirect led to another origin that is not trusted.
    pub(crate) left_trusted_origin: bool,
    /// The request that it answers, if a redirect led there.
    pub(crate) redirected: Option<Box<Prepared>>,
}

/// The response of a call.
pub(crate) enum CallResponse {
    Success(SuccessResponse),
    /// An error response, with the scopes that the login lacks where the response is about scopes.
    Failure(ErrorResponse, Option<InsufficientScope>),
}

/// A response whose body has not been read.
enum Received {
    Failure(Box<(Parts, ResponseBody)>),
    /// The body is read to its end.
    Whole(Box<BufferedResponse>, ResponseBody),
    Stream(Box<ByteStream>),
}

impl AttemptResponse {
    /// Whether the server has accepted the credential of the request: the request was signed, the response is
    /// of the client's own server, and its status shows that the server has looked at the credential.
    pub(super) fn accepts_the_credential(&self) -> bool {
        let has_looked = match &self.response {
            CallResponse::Success(_) => true,
            CallResponse::Failure(answer, _) => answer.shows_that_the_credential_counted(),
        };
        has_looked && self.signed && self.own_origin
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        match &self.response {
            CallResponse::Success(success) => success.head().headers(),
            CallResponse::Failure(answer, _) => answer.headers(),
        }
    }

    /// Returns the same response with the reason why it is not retried.
    pub(super) fn not_retried(mut self, why: Option<NotRetried>) -> Self {
        if let (CallResponse::Failure(answer, _), Some(why)) = (&mut self.response, why) {
            answer.set_not_retried(why);
        }
        self
    }

    /// Returns the error response that a retry may replace.
    pub(super) fn failure(&self) -> Option<&ErrorResponse> {
        match &self.response {
            CallResponse::Failure(answer, None) => Some(answer),
            CallResponse::Success(_) | CallResponse::Failure(_, Some(_)) => None,
        }
    }
}

impl Execution<'_> {
    /// Sends `request` once. Asks `permit` before every hop.
    ///
    /// The future holds its arguments once. As an `async fn` it would hold them twice.
    #[expect(clippy::manual_async_fn, reason = "the future is smaller")]
    pub(super) fn attempt<'s>(
        &'s self,
        request: &'s Prepared,
        credentials: Credentials<'s>,
        permit: impl Fn() -> Result<(), Error> + Send + Sync + 's,
    ) -> impl Future<Output = Result<AttemptResponse, Error>> + Send + 's {
        async move {
            let Self { client, progress, retry, whole } = self;
            // In a block of its own, so that the future does not keep the response of the exchange.
            let reading = {
                let permit = |hop: &Prepared| {
                    permit()?;
                    retry.note_hop(hop);
                    Ok(())
                };
                let ends_at = |endpoint, status, headers: &HeaderMap| {
                    let head = || ErrorResponse::new(endpoint, status, headers.clone(), Bytes::new(), true);
                    client.judge.also_looks_at(status) && client.verdict(&head()) != Verdict::Surface
                };
                let ends_at: Option<EndsAt<'_>> = (!client.judge.also_on.is_empty()).then_some(&ends_at);
                let (contents, stage) = (Contents::Ordinary, &progress.stage);
                let sending = SendOptions { credentials, contents, stage, ends_at, permit: &permit };
                let exchange = client.route.exchange(request, &sending).await;
                if let Some(jar) = credentials.jar {
                    client.session.shell().tell_dropped(jar);
                }
                client.read_response(request, exchange?, *whole, &progress.waits)
            };
            reading.await
        }
    }
}

impl SuccessResponse {
    /// Returns what is known of it now: its head, and its body if that has been read.
    pub(super) fn shown(&self, endpoint: &'static Endpoint) -> ErrorResponse {
        let head = self.head();
        let (body, truncated) = match self {
            Self::Whole(response) => (response.body().clone(), false),
            Self::Stream(_) => (Bytes::new(), true),
        };
        ErrorResponse::new(endpoint, head.status(), head.headers().clone(), body, truncated)
    }
}

impl Inner {
    /// Reads the body of a response: that of a success to its end where `whole`, that of an error up to
    /// `ERROR_BODY_LIMIT`.
    ///
    /// The future holds the response once. As an `async fn` it would hold it as its argument too.
    pub(crate) fn read_response<'a>(
        &'a self,
        request: &'a Prepared,
        exchange: ExchangeResponse,
        whole: bool,
        waits: &'a WaitBudget,
    ) -> impl Future<Output = Result<AttemptResponse, Error>> + Send + 'a {
        let ExchangeResponse {
            response,
            own_origin,
            signed,
            left_trusted_origin,
            redirected,
            is_body_spent,
            ..
        } = exchange;
        let (parts, body) = response.into_parts();
        let received = if !parts.status.is_success() {
            Received::Failure(Box::new((parts, body)))
        } else {
            let head = Head::new(parts.status, parts.headers).of(request.endpoint);
            match whole {
                true => Received::Whole(Box::new(BufferedResponse { head, body: Bytes::new() }), body),
                false => {
                    let body = body.entered(&self.session.shell().spawner);
                    Received::Stream(Box::new(ByteStream::new(head, body)))
                }
            }
        };
        async move {
            let response = match received {
                Received::Failure(failure) => {
                    let (parts, body) = *failure;
                    // Boxed, because most answers are no errors.
                    let failure = Box::pin(self.read_failure(request.endpoint, parts, body, waits)).await;
                    if is_body_spent {
                        return Err(NotReplayable::from(failure).into());
                    }
                    CallResponse::Failure(failure, None)
                }
                Received::Whole(mut answer, body) => {
                    answer.body = read_all(body, self.body_limit).await?;
                    CallResponse::Success(SuccessResponse::Whole(answer))
                }
                Received::Stream(stream) => CallResponse::Success(SuccessResponse::Stream(stream)),
            };
            Ok(AttemptResponse { response, own_origin, signed, left_trusted_origin, redirected })
        }
    }

    /// Reads the body of an error response. The status counts, even if the body does not arrive.
    async fn read_failure(
        &self,
        endpoint: &'static Endpoint,
        parts: Parts,
        body: ResponseBody,
        waits: &WaitBudget,
    ) -> ErrorResponse {
        let deadline = runtime::deadline(waits.part(ERROR_BODY_TIME));
        let ReceivedBody { bytes, end } = receive(body, ERROR_BODY_LIMIT, Some(deadline)).await;
        let truncated = !matches!(end, BodyEnd::Whole);
        ErrorResponse::new(endpoint, parts.status, parts.headers, bytes, truncated)
            .unread(end.error())
            .received(&self.clock)
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    /// I35.
    #[test]
    fn i35_a_server_accepts_by_an_answer_to_a_signed_request_alone_that_has_looked_at_the_credential() {
        static IT: Endpoint = Endpoint::new("Api::it", "GET", "/it");
        let has_not_looked = |status| matches!(status, 401 | 407 | 408 | 421 | 425 | 429 | 500..=599);
        for status in 200..=999 {
            let code = StatusCode::from_u16(status).unwrap();
            for (signed, own_origin) in [(true, true), (true, false), (false, true), (false, false)] {
                let response = match code.is_success() {
                    true => {
                        let head = Head::new(code, HeaderMap::new());
                        CallResponse::Success(SuccessResponse::Whole(Box::new(BufferedResponse::new(
                            head,
                            Bytes::new(),
                        ))))
                    }
                    false => {
                        let answer = ErrorResponse::new(&IT, code, HeaderMap::new(), Bytes::new(), false);
                        CallResponse::Failure(answer, None)
                    }
                };
                let attempt = AttemptResponse {
                    response,
                    own_origin,
                    signed,
                    left_trusted_origin: false,
                    redirected: None,
                };
                let accepts = signed && own_origin && !has_not_looked(status);
                assert_eq!(
                    attempt.accepts_the_credential(),
                    accepts,
                    "I35: {status}, {signed}, {own_origin}"
                );
            }
        }
    }
}
