//! What a route answers: a response, or a fault instead of one. Knows nothing of requests but whether it was
//! a `HEAD`.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;

/// An answer, or a fault in place of one. Built by a constructor and refined by chaining.
///
/// ```
/// use std::time::Duration;
/// use sdk_testkit::Reply;
///
/// let busy = Reply::json(&serde_json::json!({ "error": "slow_down" }))
///     .status(429)
///     .header("retry-after", "2")
///     .delay(Duration::from_millis(50));
/// assert_eq!(busy.status_code(), Some(http::StatusCode::TOO_MANY_REQUESTS));
/// assert_eq!(Reply::reset().status_code(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Reply {
    outcome: Outcome,
    delay: Duration,
    failure: Option<String>,
}

#[derive(Clone, Debug)]
enum Outcome {
    /// Boxed, since a reply is also the error of a `Result`.
    Answer(Box<Response<Bytes>>),
    Reset,
    Hang,
}

impl Reply {
    /// 200 with `value` as `application/json`.
    ///
    /// # Panics
    ///
    /// When `value` cannot be written as JSON, such as a map whose keys are no strings.
    #[track_caller]
    #[expect(clippy::panic, reason = "a value that is no JSON is a mistake in the test")]
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::typed("application/json", body.into()),
            Err(error) => panic!("a reply is not JSON: {error}"),
        }
    }

    /// 200 with server-sent events whose data is JSON, one for each value, as `text/event-stream`. The stream
    /// ends after the last one.
    ///
    /// Events with an `id`, a name or other data are a text in that media type:
    /// `Reply::text("id: 7\ndata: hello\n\n").header("content-type", "text/event-stream")`.
    ///
    /// # Panics
    ///
    /// As [`json`](Self::json).
    ///
    /// ```
    /// # use sdk_testkit::{Backend, Reply};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use http_body_util::BodyExt as _;
    ///
    /// let backend = Backend::new().reply("GET", "/events", Reply::events([1, 2]));
    /// let answer = backend.handle(http::Request::get("/events").body(String::new())?).await?;
    /// assert_eq!(answer.headers()["content-type"], "text/event-stream");
    /// assert_eq!(answer.into_body().collect().await?.to_bytes(), "data: 1\n\ndata: 2\n\n");
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    #[expect(clippy::panic, reason = "a value that is no JSON is a mistake in the test")]
    pub fn events<T: Serialize>(values: impl IntoIterator<Item = T>) -> Self {
        let mut text = String::new();
        for value in values {
            // JSON in one line: a line feed in a text is escaped.
            match serde_json::to_string(&value) {
                Ok(data) => text.push_str(&format!("data: {data}\n\n")),
                Err(error) => panic!("an event is not JSON: {error}"),
            }
        }
        Self::typed("text/event-stream", text.into())
    }

    /// 200 with plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::typed("text/plain; charset=utf-8", text.into().into())
    }

    /// 200 with a page, as a proxy or a captive portal answers.
    pub fn html(html: impl Into<String>) -> Self {
        Self::typed("text/html; charset=utf-8", html.into().into())
    }

    /// 200 with bytes, as `application/octet-stream`.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::typed("application/octet-stream", bytes.into())
    }

    /// 204 without a body. With another [`status`](Self::status), that one without a body.
    pub fn empty() -> Self {
        Self::answer(Response::new(Bytes::new())).status(StatusCode::NO_CONTENT)
    }

    /// 302 to `location`; chain a [`status`](Self::status) for 301, 303, 307 or 308.
    ///
    /// # Panics
    ///
    /// When `location` is no header value.
    #[track_caller]
    pub fn redirect(location: &str) -> Self {
        Self::empty().status(StatusCode::FOUND).header(LOCATION, location)
    }

    /// No answer: the connection drops after the request was read. In memory this is an [`io::Error`] of the
    /// kind [`ConnectionReset`](io::ErrorKind::ConnectionReset). Status and headers have no meaning here, a
    /// delay has.
    pub fn reset() -> Self {
        Self::from(Outcome::Reset)
    }

    /// No answer, ever: the request stays open until the client gives up or the server ends.
    pub fn hang() -> Self {
        Self::from(Outcome::Hang)
    }

    /// 501 with `text`, and what fails the test: nothing was prepared that could be answered.
    ///
    /// That status has no meaning to a client. A 404 may be a value, a 401 refreshes a token, and a 503 may
    /// be retried.
    pub(crate) fn failure(text: String) -> Self {
        Self { failure: Some(text.clone()), ..Self::text(text).status(StatusCode::NOT_IMPLEMENTED) }
    }

    /// Why the test must fail that got this reply.
    pub(crate) fn as_failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Sets the status, from a number or a [`StatusCode`]. A fault stays a fault.
    ///
    /// # Panics
    ///
    /// When the number is not between 100 and 999.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "an impossible status is a mistake in the test")]
    pub fn status(mut self, status: impl TryInto<StatusCode>) -> Self {
        let Ok(status) = status.try_into() else {
            panic!("a reply has a status that is none");
        };
        if let Outcome::Answer(response) = &mut self.outcome {
            *response.status_mut() = status;
        }
        self
    }

    /// Sets a header, in place of any value it had. A fault stays a fault.
    ///
    /// # Panics
    ///
    /// When name or value cannot be in a header.
    #[must_use]
    #[track_caller]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        let (name, value) = parse_header(name.as_ref(), value.as_ref());
        if let Outcome::Answer(response) = &mut self.outcome {
            response.headers_mut().insert(name, value);
        }
        self
    }

    /// Adds a header next to those of the same name, such as a second `Set-Cookie`. A fault stays a fault.
    ///
    /// # Panics
    ///
    /// When name or value cannot be in a header.
    #[must_use]
    #[track_caller]
    pub fn append_header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        let (name, value) = parse_header(name.as_ref(), value.as_ref());
        if let Outcome::Answer(response) = &mut self.outcome {
            response.headers_mut().append(name, value);
        }
        self
    }

    /// Waits this long, on tokio's clock, between the end of the handler and the answer or fault.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The status that will be answered; `None` for a fault.
    pub fn status_code(&self) -> Option<StatusCode> {
        match &self.outcome {
            Outcome::Answer(response) => Some(response.status()),
            Outcome::Reset | Outcome::Hang => None,
        }
    }

    /// Lets the reply happen. The same answer in memory and over a socket: `HEAD`, 204 and 304 have no body,
    /// and the length is always told where there may be one.
    pub(crate) async fn deliver(self, is_head: bool) -> io::Result<Response<Full<Bytes>>> {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        let mut response = match self.outcome {
            Outcome::Answer(response) => *response,
            Outcome::Reset => {
                let text = "the backend was told to drop the connection";
                return Err(io::Error::new(io::ErrorKind::ConnectionReset, text));
            }
            Outcome::Hang => std::future::pending().await,
        };
        let without_body = matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if !without_body && !response.headers().contains_key(CONTENT_LENGTH) {
            let length = HeaderValue::from(response.body().len());
            response.headers_mut().insert(CONTENT_LENGTH, length);
        }
        Ok(response.map(|body| {
            Full::new(match is_head || without_body {
                true => Bytes::new(),
                false => body,
            })
        }))
    }

    fn typed(content_type: &'static str, body: Bytes) -> Self {
        Self::answer(Response::new(body)).header(CONTENT_TYPE, content_type)
    }

    fn answer(response: Response<Bytes>) -> Self {
        Self::from(Outcome::Answer(Box::new(response)))
    }
}

impl From<Outcome> for Reply {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, delay: Duration::ZERO, failure: None }
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "an impossible header is a mistake in the test")]
fn parse_header(name: &str, value: &[u8]) -> (HeaderName, HeaderValue) {
    let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
        panic!("`{name}` is no header name");
    };
    match HeaderValue::from_bytes(value) {
        Ok(value) => (header, value),
        Err(_) => panic!("the value of the header `{name}` cannot be sent"),
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test]
    async fn an_answer_has_what_was_asked_for() {
        let reply = Reply::json(&[1, 2])
            .status(201)
            .header("etag", "a")
            .header("etag", "b")
            .append_header("set-cookie", "x=1")
            .append_header("set-cookie", "y=2");
        let answer = reply.deliver(false).await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.headers()["content-length"], "5");
        assert_eq!(answer.headers()["etag"], "b");
        assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "[1,2]");

        let redirect = Reply::redirect("/there").status(StatusCode::TEMPORARY_REDIRECT);
        let answer = redirect.deliver(false).await.unwrap();
        assert_eq!(answer.status(), 307);
        assert_eq!(answer.headers()["location"], "/there");
    }

    #[test]
    fn a_reply_tells_its_status_and_a_fault_has_none() {
        for (reply, status) in [
            (Reply::text(""), Some(200)),
            (Reply::json(&1), Some(200)),
            (Reply::html(""), Some(200)),
            (Reply::bytes(""), Some(200)),
            (Reply::empty(), Some(204)),
            (Reply::redirect("/"), Some(302)),
            (Reply::text("").status(429).header("x", "1").delay(Duration::from_secs(1)), Some(429)),
            (Reply::reset().status(200), None),
            (Reply::hang().status(200), None),
        ] {
            assert_eq!(reply.status_code().map(|status| status.as_u16()), status, "{reply:?}");
        }
    }

    #[tokio::test]
    async fn a_head_and_a_204_have_no_body() {
        let head = Reply::text("four").deliver(true).await.unwrap();
        assert_eq!(head.headers()["content-length"], "4");
        assert!(head.into_body().collect().await.unwrap().to_bytes().is_empty());

        let empty = Reply::text("four").status(204).deliver(false).await.unwrap();
        assert!(!empty.headers().contains_key("content-length"));
        assert!(empty.into_body().collect().await.unwrap().to_bytes().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn delays_and_hangs_follow_the_paused_clock() {
        let start = Instant::now();
        let slow = Duration::from_secs(30);
        let error = Reply::reset().delay(slow).status(200).deliver(false).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(start.elapsed(), slow);

        let hang = tokio::time::timeout(Duration::from_secs(3600), Reply::hang().deliver(false));
        assert!(hang.await.is_err());
    }

    #[test]
    #[should_panic(expected = "the value of the header `x` cannot be sent")]
    fn an_impossible_header_panics() {
        let _ = Reply::empty().header("x", "a\r\nb");
    }

    #[test]
    #[should_panic(expected = "a status that is none")]
    fn an_impossible_status_panics() {
        let _ = Reply::empty().status(1000);
    }
}
