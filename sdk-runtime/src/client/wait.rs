//! `Call::wait`: calls in programs without a runtime. Only with the feature `blocking`.

use std::future::Future;

use super::call::Call;
use crate::error::BuildError;
use crate::runtime;

impl<T: 'static, E: 'static> Call<T, E> {
    /// Sends the call and waits for its outcome on this thread, for programs without a runtime: a
    /// command-line tool, a plug-in, a function that another language calls.
    ///
    /// One runtime in the background of the process has the connections, the timers and the refreshes of all
    /// such calls. The first one starts it, with one thread. Name it nowhere: each thread that waits uses it.
    ///
    /// Do not use it in async code, where it blocks a thread of the runtime. [`wait`](crate::client::wait())
    /// does the same for other futures, such as that of
    /// [`Session::flush`](crate::Session::flush).
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

/// Waits for `future` on this thread, as [`Call::wait`] does for a call: for a page, a flush of the session,
/// or several calls together.
///
/// # Errors
///
/// Fails if the thread of the background runtime cannot be started.
///
/// ```
/// # use sdk_runtime::{Result, api_client};
/// # #[api_client]
/// # trait Tracker {
/// #     #[get("/issues")]
/// #     async fn issues(&self) -> Result<Vec<String>>;
/// # }
/// # fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
/// let tracker = TrackerClient::new("https://tracker.example")?;
/// sdk_runtime::client::wait(tracker.session().flush())??;
/// # Ok(())
/// # }
/// ```
pub fn wait<F: Future>(future: F) -> Result<F::Output, BuildError> {
    runtime::wait(future).map_err(|error| BuildError::runtime(error.kind()))
}
