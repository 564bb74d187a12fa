//! Server-sent events (HTML standard, section 9.2).

use std::borrow::Cow;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::bytes::{ByteStream, FromStream, readable};
use super::lines::{LONGEST, LineFormat, Lines};
use super::reconnect::{Next, Reconnect, Reconnection};
use crate::error::Error;
use crate::response::json::decode_document;
use crate::response::parts::{BufferedResponse, Head};
use crate::text;

/// One event as the server sent it. `Debug` shows its name only.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerEvent {
    event: String,
    /// Shared by all events after the line that set it, because an identifier may be as long as a line.
    id: Arc<str>,
    data: String,
}

impl ServerEvent {
    /// Returns the name of the event, or `message` if it has none.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// Returns the last identifier that the server sent, with this event or before it, or an empty one.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the data, its lines joined by `\n`.
    #[must_use]
    pub fn data(&self) -> &str {
        &self.data
    }
}

impl fmt::Debug for ServerEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerEvent").field("event", &self.event).finish_non_exhaustive()
    }
}

/// The events of a server as they arrive, undecoded. An endpoint can return it, and [`EventStream::events`]
/// returns it.
///
/// An event of more than 1 MiB is [`Error::BodyTooLarge`], and the last item. Dropping the stream closes its
/// connection. It connects again as an [`EventStream`] does.
#[must_use = "a stream does nothing until it is read, and closes its connection when it is dropped"]
pub struct ServerEvents {
    lines: Lines,
    event: String,
    /// Each line, with a line break after it.
    data: String,
    /// The identifier of the event that is being read. It counts when the event is complete, because a client
    /// that resumes after it must not miss the event.
    next_id: Arc<str>,
    id: Arc<str>,
    retry: Option<Duration>,
    /// For a stream that connects again, until it is over.
    reconnection: Option<Box<Reconnection>>,
}

impl ServerEvents {
    /// Returns the status and the headers: after a reconnection, those of the present connection.
    #[must_use]
    pub fn head(&self) -> &Head {
        self.lines.head()
    }

    /// Returns the identifier to resume after on a new connection (`Last-Event-ID`), or an empty one. A
    /// stream that connects again begins with that of its first request.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.id
    }

    /// Returns the pause that the server asks for before a reconnection, if it does, without the bounds of
    /// 0.1 s and 60 s.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Returns the next event, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns [`Error::BodyTooLarge`] and [`Error::Transport`], after which the stream has ended. If it
    /// connects again, also the errors of the call that connects.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<ServerEvent, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Takes one line, and returns the event that it completes.
    fn take(&mut self, line: &[u8]) -> Option<ServerEvent> {
        if line.is_empty() {
            return self.dispatch();
        }
        let line = text::lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => self.next_id = value.into(),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry);
            }
            // A comment, or an unknown field.
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<ServerEvent> {
        self.id = self.next_id.clone();
        let event = std::mem::take(&mut self.event);
        let mut data = std::mem::take(&mut self.data);
        // The last line break does not belong to the data. Without one there is no data, and no event.
        data.pop()?;
        let event = if event.is_empty() { "message".to_owned() } else { event };
        Some(ServerEvent { event, id: self.id.clone(), data })
    }

    /// Returns the next event of the present connection.
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ServerEvent, Error>>> {
        loop {
            match ready!(self.lines.poll_line(cx)) {
                Some(Ok(line)) => {
                    if let Some(event) = self.take(&line) {
                        return Poll::Ready(Some(Ok(event)));
                    }
                    if self.data.len() > LONGEST {
                        self.lines.end();
                        return Poll::Ready(Some(Err(self.lines.too_long())));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                // An event that was not completed is dropped.
                None => return Poll::Ready(None),
            }
        }
    }

    /// Reads on from a new connection. An event that was cut begins again.
    fn go_on(&mut self, bytes: ByteStream) -> Result<(), Error> {
        self.lines = Lines::new(of_events(bytes)?, LineFormat::Events);
        self.event.clear();
        self.data.clear();
        self.next_id = self.id.clone();
        Ok(())
    }

    /// Ends a stream that would connect again otherwise.
    fn over(&mut self, error: Option<Error>) -> Poll<Option<Result<ServerEvent, Error>>> {
        self.lines.end();
        self.reconnection = None;
        Poll::Ready(error.map(Err))
    }
}

impl Stream for ServerEvents {
    type Item = Result<ServerEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let Some(reconnection) = &mut this.reconnection else {
                return this.poll_event(cx);
            };
            if let Poll::Ready(cancelled) = reconnection.poll_cancelled(cx) {
                return this.over(Some(cancelled));
            }
            if reconnection.is_connecting() {
                match ready!(reconnection.poll_next(cx, &this.id, this.retry)) {
                    Next::Bytes(bytes) => {
                        if let Err(error) = this.go_on(bytes) {
                            return this.over(Some(error));
                        }
                    }
                    Next::Over(error) => return this.over(error),
                }
            }
            let ended = match ready!(this.poll_event(cx)) {
                Some(Ok(event)) => {
                    if let Some(reconnection) = &mut this.reconnection {
                        reconnection.event_arrived();
                    }
                    return Poll::Ready(Some(Ok(event)));
                }
                Some(Err(error)) => Some(error),
                None => None,
            };
            let goes_on = |it: &mut Box<Reconnection>| it.begin(ended.as_ref(), &this.id, this.retry);
            if !this.reconnection.as_mut().is_some_and(goes_on) {
                return this.over(ended);
            }
        }
    }
}

impl From<ByteStream> for ServerEvents {
    fn from(mut bytes: ByteStream) -> Self {
        let reconnection = bytes.take_connect().map(Reconnection::new);
        let id: Arc<str> = reconnection.as_ref().map(|it| it.last_event_id()).unwrap_or_default();
        let lines = Lines::new(bytes, LineFormat::Events);
        let [event, data] = Default::default();
        Self { lines, event, data, next_id: id.clone(), id, retry: None, reconnection }
    }
}

impl Reconnect for ServerEvents {}

/// Returns `bytes`, or the error of an answer that is no stream of events.
fn of_events(bytes: ByteStream) -> Result<ByteStream, Error> {
    let is_of_type = |it: Cow<'_, str>| it.eq_ignore_ascii_case("text/event-stream");
    if !text::media_type(bytes.head().headers()).is_some_and(is_of_type) {
        let answer = BufferedResponse::new(bytes.head().clone(), Bytes::new());
        return Err(answer.not_a::<ServerEvents>("the content type is not text/event-stream"));
    }
    readable::<ServerEvents>(bytes)
}

impl FromStream for ServerEvents {
    const ACCEPT: Option<&'static str> = Some("text/event-stream");

    fn from_stream(bytes: ByteStream) -> Result<Self, Error> {
        of_events(bytes).map(Self::from)
    }
}

impl fmt::Debug for ServerEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerEvents").field("head", self.head()).finish_non_exhaustive()
    }
}

/// The events of a server as they arrive (`text/event-stream`), with their data decoded as JSON.
///
/// [`events`](Self::events) returns the events undecoded, with names and identifiers. Data that is no `T` is
/// an [`Error::Decode`] in its place, and the stream goes on with the next event. Any other error is the last
/// item. Dropping the stream closes its connection.
///
/// If its endpoint says `reconnect = n`, the stream connects again when it ends or breaks (HTML standard,
/// section 9.2), after [`ServerEvents::retry`] and with the header `last-event-id`. It ends after `n`
/// connections in a row without an event, with the error of the last one if there was one. It also ends at a
/// 204, and with an error that is not transient, such as [`Error::IdentityChanged`] after a sign-in as
/// another user.
///
/// A fake is made of text:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sdk_runtime::Error> {
/// use sdk_runtime::stream::{ByteStream, EventStream};
///
/// let mut numbers: EventStream<u32> = ByteStream::from_iter(["data: 7\n\n", ": still here\n\n"]).into();
/// assert_eq!(numbers.next().await.transpose()?, Some(7));
/// assert!(numbers.next().await.is_none());
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is read, and closes its connection when it is dropped"]
pub struct EventStream<T> {
    events: ServerEvents,
    item: PhantomData<fn() -> T>,
}

impl<T> Reconnect for EventStream<T> {}

impl<T> EventStream<T> {
    /// Returns the status and the headers: after a reconnection, those of the present connection.
    #[must_use]
    pub fn head(&self) -> &Head {
        self.events.head()
    }

    /// Returns the events from here on, undecoded.
    pub fn events(self) -> ServerEvents {
        self.events
    }
}

impl<T: DeserializeOwned> EventStream<T> {
    /// Returns the data of the next event, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Decode`] for data that is no `T`, after which the stream goes on. After each other
    /// error, as [`ServerEvents::next`] returns them, it has ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T: DeserializeOwned> Stream for EventStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let event = ready!(Pin::new(&mut self.events).poll_next(cx));
        Poll::Ready(event.map(|event| decode_document(self.head(), &event?.data.into())))
    }
}

impl<T> From<ByteStream> for EventStream<T> {
    fn from(bytes: ByteStream) -> Self {
        Self { events: bytes.into(), item: PhantomData }
    }
}

impl<T: DeserializeOwned> FromStream for EventStream<T> {
    const ACCEPT: Option<&'static str> = ServerEvents::ACCEPT;

    fn from_stream(bytes: ByteStream) -> Result<Self, Error> {
        Ok(Self { events: ServerEvents::from_stream(bytes)?, item: PhantomData })
    }
}

impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("head", self.head()).finish_non_exhaustive()
    }
}
