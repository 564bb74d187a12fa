//! `Call::wait`: calls in programs without a runtime. Only with the feature `blocking`.

use std::future::{Future, IntoFuture};

use super::call::Call;
use super::response_call::ResponseCall;
use crate::error::BuildError;
use crate::response::Response;
use crate::runtime;

impl<T: 'static, E: 'static> Call<T, E> {
    /// Sends the call and waits for its outcome on this thread, for programs without a runtime: a
    /// command-line tool, a plug-in, a function that another language calls.
    ///
    /// One runtime in the background of the process has the connections, the timers and the refreshes of all
    /// such calls. The first one starts it, with one thread. Name it nowhere: each thread that waits uses it.
    ///
    /// Do not use it in async code, where it blocks a thread of the runtime. [`wait`](crate::client::wait())
    /// does the same for the other futures of this crate: a page, an event of a stream, a flush of the
    /// session.
    ///
    /// # Errors
    ///
    /// Returns the errors of the call, and [`Error::Build`](crate::Error::Build) if the thread of the runtime
    /// cannot be started.
    ///
    /// ```
    /// use sdk_runtime::{Result, ServiceTransport, api_client};
    /// use sdk_testkit::{Backend, Reply};
    ///
    /// #[api_client(auth = none)]
    /// trait Tracker {
    ///     #[get("/issues/{id}")]
    ///     async fn issue(&self, id: u64) -> Result<String>;
    /// }
    ///
    /// # fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// let backend = Backend::new().fallback(|_| async { Reply::text("Leak") });
    /// let tracker = TrackerClient::builder("http://localhost")
    ///     .transport(ServiceTransport::new(backend))
    ///     .build()?;
    /// assert_eq!(tracker.issue(7).wait()?, "Leak");
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(self) -> Result<T, E> {
        let decoder = self.decoder;
        wait(self).unwrap_or_else(|error| Err(decoder.error(error.into())))
    }
}

impl<T: 'static, E: 'static> ResponseCall<T, E> {
    /// Sends the call and waits for its outcome on this thread, as [`Call::wait`] does. Returns the status
    /// and the headers together with the value.
    ///
    /// # Errors
    ///
    /// As [`Call::wait`].
    ///
    /// ```
    /// use sdk_runtime::{Result, ServiceTransport, api_client};
    /// use sdk_testkit::{Backend, Reply};
    ///
    /// #[api_client(auth = none)]
    /// trait Tracker {
    ///     #[get("/issues/{id}")]
    ///     async fn issue(&self, id: u64) -> Result<String>;
    /// }
    ///
    /// # fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// let backend = Backend::new().fallback(|_| async { Reply::text("Leak").header("etag", "\"v1\"") });
    /// let tracker = TrackerClient::builder("http://localhost")
    ///     .transport(ServiceTransport::new(backend))
    ///     .build()?;
    /// let issue = tracker.issue(7).response().wait()?;
    /// assert_eq!(issue.status(), 200);
    /// assert_eq!(issue.headers()["etag"], "\"v1\"");
    /// assert_eq!(issue.value(), "Leak");
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(self) -> Result<Response<T>, E> {
        let decoder = self.0.decoder;
        wait(self.into_future()).unwrap_or_else(|error| Err(decoder.error(error.into())))
    }
}

/// Waits for `future` on this thread, as [`Call::wait`] does for a call. It is the way for all else that this
/// crate awaits:
///
/// - a page, an item or an event of a stream: `wait(pages.next())?`;
/// - the session: [`refresh`](crate::Session::refresh), [`access_token`](crate::Session::access_token),
///   [`resume`](crate::Session::resume), [`flush`](crate::Session::flush) and
///   [`shutdown`](crate::Session::shutdown), and the end of a [`SessionPool`](crate::client::SessionPool);
/// - several calls together, joined to one future.
///
/// The outer `Result` is that of the wait, the inner one that of the future.
///
/// # Errors
///
/// Fails if the thread of the background runtime cannot be started.
///
/// ```
/// use sdk_runtime::client::wait;
/// use sdk_runtime::{EventStream, Pages, Result, ServiceTransport, Tokens, api_client};
/// use sdk_testkit::{Backend, Reply};
///
/// #[api_client]
/// trait Tracker {
///     #[get("/issues", paginate = page(page))]
///     fn issues(&self, #[query] page: u64) -> Pages<Vec<String>>;
///
///     #[get("/events")]
///     async fn events(&self) -> Result<EventStream<String>>;
/// }
///
/// # fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
/// let backend = Backend::new();
/// backend.reply("GET", "/issues", Reply::json(&["Leak"]));
/// backend.reply("GET", "/events", Reply::events(["opened"]));
/// let tracker = TrackerClient::builder("http://localhost")
///     .transport(ServiceTransport::new(backend))
///     .build()?;
/// tracker.session().sign_in(Tokens::new("a token"))?;
///
/// let mut issues = tracker.issues(1).items();
/// assert_eq!(wait(issues.next())?.transpose()?.as_deref(), Some("Leak"));
/// let mut events = tracker.events().wait()?;
/// assert_eq!(wait(events.next())?.transpose()?.as_deref(), Some("opened"));
/// wait(tracker.session().flush())??;
/// # Ok(())
/// # }
/// ```
pub fn wait<F: Future>(future: F) -> Result<F::Output, BuildError> {
    runtime::wait(future).map_err(|error| BuildError::runtime(error.kind()))
}
