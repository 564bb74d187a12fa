//! When a stream of events connects again (HTML standard, section 9.2.3), and how often.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::bytes::{ByteStream, Connect, Connected, Unconnected};
use crate::error::Error;
use crate::response::parts::Response;

/// The pause before a connection, if the server names none.
const RETRY: Duration = Duration::from_secs(3);
/// The shortest pause, also if the server asks for less.
const SHORTEST: Duration = Duration::from_millis(100);
/// The longest pause, before the share of chance.
const LONGEST: Duration = Duration::from_secs(60);

/// A success type whose stream connects again where its endpoint says `reconnect = n`: `EventStream` and
/// `ServerEvents`, also in a `Response` or an `Option`. A type of your own is one if its
/// [`from_stream`](super::FromStream::from_stream) makes one of these of its bytes.
#[diagnostic::on_unimplemented(
    message = "`reconnect` is for a stream of events, and `{Self}` is none",
    label = "does not connect again",
    note = "help: return `EventStream<T>` or `ServerEvents`, or remove `reconnect`"
)]
pub trait Reconnect {}

impl<T: Reconnect> Reconnect for Response<T> {}
impl<T: Reconnect> Reconnect for Option<T> {}

/// The connections of one stream after the first.
pub(super) struct Reconnection {
    connect: Box<dyn Connect>,
    /// How many connections were tried since the last event.
    tried: u32,
    /// How many of them in a row have failed.
    failed: u32,
    /// The connection in the making.
    connecting: Option<Pin<Box<dyn Future<Output = Connected> + Send>>>,
}

/// What the next connection has brought.
pub(super) enum Next {
    Bytes(ByteStream),
    /// The stream is over, with this error.
    Over(Option<Error>),
}

impl Reconnection {
    pub(super) fn new(connect: Box<dyn Connect>) -> Box<Self> {
        Box::new(Self { connect, tried: 0, failed: 0, connecting: None })
    }

    /// Returns the identifier that the first connection has resumed after.
    pub(super) fn last_event_id(&self) -> Arc<str> {
        String::from_utf8_lossy(self.connect.last_event_id()).into()
    }

    pub(super) fn is_connecting(&self) -> bool {
        self.connecting.is_some()
    }

    /// Notes that an event has arrived.
    pub(super) fn event_arrived(&mut self) {
        self.tried = 0;
    }

    /// Returns the error of a cancelled call when it is cancelled.
    pub(super) fn poll_cancelled(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        self.connect.poll_cancelled(cx)
    }

    /// Begins the next connection, which follows a connection that has `ended`: at its end, or with an error.
    /// Returns `false` if the stream is over.
    pub(super) fn begin(&mut self, ended: Option<&Error>, id: &str, retry: Option<Duration>) -> bool {
        let is_broken = matches!(ended, None | Some(Error::Transport(_) | Error::Timeout(_)));
        is_broken && self.try_again(Duration::ZERO, id, retry)
    }

    fn try_again(&mut self, at_least: Duration, id: &str, retry: Option<Duration>) -> bool {
        if self.tried >= self.connect.most() {
            return false;
        }
        let pause = pause(retry, self.failed, fastrand::f64()).max(at_least);
        self.tried += 1;
        self.connecting = Some(self.connect.connect(pause, self.tried, id));
        true
    }

    /// Returns the next connection, after as many failures as there are.
    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        id: &str,
        retry: Option<Duration>,
    ) -> Poll<Next> {
        while let Some(connecting) = &mut self.connecting {
            let connected = ready!(connecting.as_mut().poll(cx));
            self.connecting = None;
            match connected {
                Ok(Some(bytes)) => {
                    self.failed = 0;
                    return Poll::Ready(Next::Bytes(bytes));
                }
                Ok(None) => break,
                Err(Unconnected { error, again_after }) => {
                    self.failed = self.failed.saturating_add(1);
                    if !again_after.is_some_and(|at_least| self.try_again(at_least, id, retry)) {
                        return Poll::Ready(Next::Over(Some(error)));
                    }
                }
            }
        }
        Poll::Ready(Next::Over(None))
    }
}

/// Returns the pause before a connection, after `failed` in a row that have failed. It is never shorter than
/// the server asks for, within the bounds, and up to a quarter longer by `random` from 0 to 1: streams that
/// broke at the same moment must not come back in step.
fn pause(retry: Option<Duration>, failed: u32, random: f64) -> Duration {
    let first = retry.unwrap_or(RETRY).clamp(SHORTEST, LONGEST);
    let pause = first.saturating_mul(1 << failed.min(10)).min(LONGEST);
    pause.mul_f64(1.0 + random / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_as_long_as_the_server_says_and_doubles_with_each_failure() {
        for (retry, failed, random, millis) in [
            (None, 0, 0.0, 3_000),
            (None, 0, 1.0, 3_750),
            (Some(0), 0, 0.0, 100),
            (Some(1_000), 0, 0.0, 1_000),
            (Some(1_000), 1, 0.0, 2_000),
            (Some(1_000), 3, 1.0, 10_000),
            (Some(1_000), u32::MAX, 0.0, 60_000),
            (Some(u64::MAX), 0, 0.0, 60_000),
            (Some(u64::MAX), u32::MAX, 1.0, 75_000),
        ] {
            let pause = pause(retry.map(Duration::from_millis), failed, random);
            assert_eq!(pause, Duration::from_millis(millis), "{retry:?} {failed} {random}");
        }
    }
}
