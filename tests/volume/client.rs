//! The client: one upload and one download, each of which it counts and checks.

use std::convert::Infallible;
use std::fs;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use sdk_runtime::body::{Body, BodyStream};
use sdk_runtime::{ByteStream, Result, api_client};

use crate::server::{PIECE, pattern};

/// The variables of the environment that say what to do.
pub(crate) const SERVER: &str = "VOLUME_SERVER";
pub(crate) const MEBIBYTES: &str = "VOLUME_OF_THE_CLIENT";
/// What stands in front of the figures.
pub(crate) const FIGURES: &str = "figures: ";

#[api_client(auth = none, timeout = none)]
trait Volume {
    #[put("/up")]
    async fn upload(&self, #[body] body: Body) -> Result<()>;
    #[get("/down")]
    async fn download(&self, #[query] size: u64) -> Result<ByteStream>;
}

/// A body of known size that is made while it is sent.
struct Made {
    left: u64,
    piece: Bytes,
}

impl http_body::Body for Made {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        let length = self.left.min(PIECE as u64);
        self.left -= length;
        let piece = self.piece.slice(..usize::try_from(length).unwrap());
        Poll::Ready((length > 0).then_some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Returns the largest resident memory of this process so far in KiB, or 0 where the system does not tell it.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Transfers `size` bytes each way. Returns how long each took.
async fn transfer(client: &VolumeClient, size: u64) -> [Duration; 2] {
    let piece = Bytes::from(pattern());
    let begun = Instant::now();
    let sent = Arc::new(AtomicU64::new(0));
    let tells = sent.clone();
    let body = Body::factory(move || BodyStream::new(Made { left: size, piece: piece.clone() }));
    let upload = client.upload(body).on_upload(move |sent, total| {
        assert_eq!(total, Some(size));
        tells.store(sent, Ordering::Relaxed);
    });
    upload.await.unwrap();
    assert_eq!(sent.load(Ordering::Relaxed), size);
    let up = begun.elapsed();

    let begun = Instant::now();
    let pattern = pattern().repeat(2);
    let mut received = 0;
    let mut download = client.download(size).await.unwrap();
    while let Some(piece) = download.next().await {
        let piece = piece.unwrap();
        for part in piece.chunks(PIECE) {
            let at = usize::try_from(received % PIECE as u64).unwrap();
            assert!(part == &pattern[at..at + part.len()], "other bytes at {received}");
            received += part.len() as u64;
        }
    }
    assert_eq!(received, size);
    [up, begun.elapsed()]
}

#[test]
#[ignore = "needs the server of the test that starts it"]
fn transfers() {
    let variable = |name: &str| std::env::var(name).expect("the test sets it");
    let mebibytes: u64 = variable(MEBIBYTES).parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let builder = VolumeClient::builder(variable(SERVER)).idle_timeout(Duration::from_secs(120));
        let client = builder.build().unwrap();
        transfer(&client, 1 << 20).await;
        let before = peak();
        let [up, down] = transfer(&client, mebibytes << 20).await;
        let (after, rate) = (peak(), |took: Duration| mebibytes as f64 / took.as_secs_f64());
        let (up, down) = (rate(up), rate(down));
        println!("{FIGURES}before={before} after={after} KiB, {up:.0} MiB/s up, {down:.0} MiB/s down");
    });
}
