//! Files as bodies: opened for one send, and read while they are sent.

use std::error::Error as StdError;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, Take};
use tokio_util::io::ReaderStream;

use super::stream::BodyStream;
use crate::error::InvalidRequest;

const CHUNK: usize = 64 << 10;

/// Opens the file at `path` for one send.
pub(super) async fn open(path: &Path) -> Result<BodyStream, InvalidRequest> {
    let refused = |reason| InvalidRequest::new(path.display().to_string(), reason);
    let opened = async {
        let file = File::open(path).await?;
        let about = file.metadata().await?;
        Ok((file, about))
    };
    let (file, about) =
        opened.await.map_err(|error: io::Error| refused(format!("cannot be opened: {error}")))?;
    if !about.is_file() {
        return Err(refused("is not a file that could be read again".to_owned()));
    }
    let left = about.len();
    Ok(BodyStream::new(FileReader { chunks: ReaderStream::with_capacity(file.take(left), CHUNK), left }))
}

struct FileReader {
    chunks: ReaderStream<Take<File>>,
    left: u64,
}

impl HttpBody for FileReader {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(match ready!(Pin::new(&mut self.chunks).poll_next(cx)) {
            Some(Ok(chunk)) => {
                self.left = self.left.saturating_sub(chunk.len() as u64);
                Some(Ok(Frame::data(chunk)))
            }
            Some(Err(error)) => Some(Err(error.into())),
            None if self.left > 0 => Some(Err("the file became shorter while it was sent".into())),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn what_is_sent_is_as_long_as_the_file_was() {
        let path = std::env::temp_dir().join(format!("sdk-runtime-body-{}", std::process::id()));
        for (later, expected) in [("abcdef", Some("abc")), ("abc", Some("abc")), ("ab", None)] {
            fs::write(&path, "abc").unwrap();
            let body = open(&path).await.unwrap();
            fs::write(&path, later).unwrap();
            assert_eq!(body.size_hint().exact(), Some(3));
            let sent = body.collect().await.ok().map(|body| body.to_bytes());
            assert_eq!(sent.as_deref(), expected.map(str::as_bytes), "{later}");
        }
        fs::remove_file(&path).unwrap();
    }

    #[tokio::test]
    async fn what_cannot_be_read_again_is_refused_by_its_path() {
        let directory = std::env::temp_dir();
        let missing = directory.join(format!("sdk-runtime-no-body-{}", std::process::id()));
        // Windows does not open a directory as if it were a file.
        let no_file = if cfg!(windows) { "cannot be opened: " } else { "is not a file" };
        for (path, reason) in [(&directory, no_file), (&missing, "cannot be opened: ")] {
            let refused = open(path).await.unwrap_err();
            assert_eq!(refused.argument(), path.display().to_string());
            assert!(refused.reason().starts_with(reason), "{refused}");
        }
    }

    #[tokio::test]
    async fn a_file_has_ended_when_all_of_it_is_read() {
        let path = std::env::temp_dir().join(format!("sdk-runtime-long-body-{}", std::process::id()));
        for length in [0, 1, CHUNK, CHUNK + 1] {
            fs::write(&path, vec![b'x'; length]).unwrap();
            let mut body = open(&path).await.unwrap();
            let mut read = 0;
            while !body.is_end_stream() {
                assert_eq!(body.size_hint().exact(), Some((length - read) as u64), "{length}");
                read += body.frame().await.unwrap().unwrap().into_data().unwrap().len();
            }
            assert_eq!(read, length);
            assert!(body.frame().await.is_none(), "{length}");
        }
        fs::remove_file(&path).unwrap();
    }
}
