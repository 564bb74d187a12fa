//! The limits of time: of a call, of an attempt, of connecting, and of the silence of an answer.

use std::time::Duration;

use super::ClientBuilder;

impl<C> ClientBuilder<C> {
    /// Sets how long a call may take as a whole, including the wait for a refresh and the replay. `None` sets
    /// no limit. Default: 30 s. An endpoint's own `timeout` has precedence.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Sets how long one attempt of a call may take, up to the end of the answer, or to its head for a
    /// stream. `None`, the default, sets no limit but that of the call. An endpoint's own `attempt_timeout`
    /// has precedence.
    ///
    /// An attempt that takes longer is an [`Error::Timeout`](crate::Error::Timeout) of the scope
    /// [`Attempt`](crate::error::TimeoutScope::Attempt), and is retried as a broken connection is. The
    /// [timeout](Self::timeout) of the call limits all attempts, the pauses and the refresh together.
    pub fn attempt_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.retry.attempt_timeout = timeout.into();
        self
    }

    /// Sets how long making a connection may take, with the name of the server, TLS and a proxy. Default:
    /// 5 s. A connection that takes longer is an [`Error::Transport`](crate::Error::Transport) of the kind
    /// [`Connect`](crate::error::TransportErrorKind::Connect), whose text names the limit. Nothing was sent.
    ///
    /// It is a limit of the default transport, and replaces that of `.http(…)`. With a
    /// [`transport`](Self::transport) of its own [`build`](Self::build) fails:
    /// `HttpTransport::new(|http| http.connect_timeout(limit))` or
    /// `LeanOptions::default().connect_timeout(limit)` sets it there.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.transport.connect_timeout = Some(timeout);
        self
    }

    /// Sets how long the body of an answer may bring no byte while it is read: that of a whole answer, and
    /// that of a stream such as [`ByteStream`](crate::stream::ByteStream) or
    /// [`EventStream`](crate::stream::EventStream). `None`, the default, sets no limit, because a stream of
    /// events may be silent for hours. An endpoint's own `idle_timeout` has precedence.
    ///
    /// A body that is silent for longer ends with an [`Error::Timeout`](crate::Error::Timeout) in the phase
    /// [`Idle`](crate::error::TimeoutPhase::Idle). Its connection is closed, or the stream of HTTP/2 reset.
    /// The time in which the program does not read does not count. A whole answer that ends so is retried as
    /// a broken connection is. Bytes are counted as they arrive, before they are decompressed. Sign-ins,
    /// refreshes and sign-outs have no such limit.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use sdk_runtime::{Error, Result, ServiceTransport, api_client, stream::ByteStream};
    ///
    /// #[api_client(auth = none)]
    /// trait Files {
    ///     #[get("/dump")]
    ///     async fn dump(&self) -> Result<ByteStream>;
    /// }
    ///
    /// # use std::{io, pin::Pin, task::{Context, Poll}};
    /// # use http_body::Frame;
    /// # struct Silent(Option<&'static str>);
    /// # impl http_body::Body for Silent {
    /// #     type Data = bytes::Bytes;
    /// #     type Error = io::Error;
    /// #     fn poll_frame(
    /// #         mut self: Pin<&mut Self>,
    /// #         _: &mut Context<'_>,
    /// #     ) -> Poll<Option<io::Result<Frame<bytes::Bytes>>>> {
    /// #         let piece = self.0.take().map(|piece| Frame::data(piece.into()));
    /// #         piece.map_or(Poll::Pending, |piece| Poll::Ready(Some(Ok(piece))))
    /// #     }
    /// # }
    /// # let server = tower::service_fn(|_: http::Request<sdk_runtime::body::RequestBody>| async {
    /// #     Ok::<_, io::Error>(http::Response::new(Silent(Some("one"))))
    /// # });
    /// let files = FilesClient::builder("http://localhost")
    ///     .idle_timeout(Duration::from_secs(30))
    ///     .transport(ServiceTransport::new(server))
    ///     .build()?;
    /// let mut dump = files.dump().await?;
    /// assert_eq!(dump.next().await.transpose()?.as_deref(), Some(&b"one"[..]));
    /// // The server sends no more, and does not end the answer.
    /// let Some(Err(error)) = dump.next().await else { panic!("it is silent") };
    /// assert_eq!(error.code(), "timeout.idle");
    /// # Ok(())
    /// # }
    /// ```
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = timeout.into();
        self
    }
}
