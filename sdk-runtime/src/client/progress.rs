//! The progress of uploads and downloads, for a progress bar.

use super::call::Call;
use super::response_call::ResponseCall;
use crate::body::{OnDownload, OnUpload};

impl<T, E> Call<T, E> {
    /// Calls `progress` with the number of bytes of the body that were handed to the connection, and with
    /// that of the whole body if it is known: first with 0, and then after each piece of at most 64 KiB. The
    /// connection may hold the last 256 KiB.
    ///
    /// Each send begins at 0: a replay, a retry, and a redirect that sends the body again. Then the number
    /// grows, and belongs to the newest send alone. `progress` is dropped with the call, and not called
    /// afterwards. A call of it that another thread has begun ends. It must not block. If it panics, the call
    /// goes on without it.
    ///
    /// ```
    /// use sdk_runtime::{Result, ServiceTransport, api_client};
    /// use sdk_testkit::{Backend, Reply};
    ///
    /// #[api_client(auth = none)]
    /// trait Files {
    ///     #[put("/files/{name}")]
    ///     async fn upload(&self, name: &str, #[body] file: Vec<u8>) -> Result<()>;
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// let backend = Backend::new().reply("PUT", "/files/{name}", Reply::empty());
    /// let files = FilesClient::builder("http://localhost")
    ///     .transport(ServiceTransport::new(backend))
    ///     .build()?;
    /// let (sender, told) = std::sync::mpsc::channel();
    /// files
    ///     .upload("a", vec![7; 100_000])
    ///     .on_upload(move |sent, total| sender.send((sent, total)).unwrap())
    ///     .await?;
    /// let of = |sent| (sent, Some(100_000));
    /// assert_eq!(told.iter().collect::<Vec<_>>(), [of(0), of(65_536), of(100_000)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_upload(self, progress: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        self.extension(OnUpload::new(progress))
    }

    /// Calls `progress` with the number of bytes of the answer's body that have arrived, and with that of the
    /// whole body if the server sent its length: first with 0, and then after each piece. For a stream this
    /// goes on after the call, while the stream is read, until it ends or is dropped.
    ///
    /// Only successes count, and not the answers that a replay, a retry or a redirect replaces. A retry of a
    /// body that broke off begins at 0 again. Bytes are counted as they arrive, before they are decompressed.
    /// `progress` must not block. If it panics, the call goes on without it.
    ///
    /// ```
    /// use sdk_runtime::{Result, ServiceTransport, api_client};
    /// use sdk_testkit::{Backend, Reply};
    ///
    /// #[api_client(auth = none)]
    /// trait Files {
    ///     #[get("/files/{name}")]
    ///     async fn download(&self, name: &str) -> Result<String>;
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// let backend = Backend::new().reply("GET", "/files/{name}", Reply::text("12345"));
    /// let files = FilesClient::builder("http://localhost")
    ///     .transport(ServiceTransport::new(backend))
    ///     .build()?;
    /// let (sender, told) = std::sync::mpsc::channel();
    /// let file = files.download("a").on_download(move |received, total| {
    ///     sender.send((received, total)).unwrap();
    /// });
    /// assert_eq!(file.await?, "12345");
    /// assert_eq!(told.iter().collect::<Vec<_>>(), [(0, Some(5)), (5, Some(5))]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_download(self, progress: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        self.extension(OnDownload::new(progress))
    }
}

impl<T, E> ResponseCall<T, E> {
    /// As [`Call::on_upload`].
    pub fn on_upload(self, progress: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        Self(self.0.on_upload(progress))
    }

    /// As [`Call::on_download`].
    pub fn on_download(self, progress: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        Self(self.0.on_download(progress))
    }
}
