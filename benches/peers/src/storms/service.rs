//! A service in memory: it answers calls at once, and a refresh when it is told to.

use std::convert::Infallible;
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::sync::SetOnce;
use tower_service::Service;

pub const ADDRESS: &str = "https://tracker.example/api/v1";
pub const ISSUE: &[u8] = b"{\"id\":7,\"title\":\"It works\"}";
const ISSUED: &[u8] =
    b"{\"access_token\":\"a second token\",\"refresh_token\":\"another refresh token\",\"expires_in\":3600}";

#[derive(Clone, Default)]
pub struct Memory(Arc<State>);

#[derive(Default)]
struct State {
    refreshes: AtomicU64,
    /// Set when refreshes are answered.
    released: SetOnce<()>,
}

impl Memory {
    /// How many refreshes have come.
    pub fn refreshes(&self) -> u64 {
        self.0.refreshes.load(Ordering::Relaxed)
    }

    /// Answers all refreshes from now on.
    pub fn release(&self) {
        let _ = self.0.released.set(());
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send>>;

impl<B> Service<Request<B>> for Memory {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answering {
        let state = self.0.clone();
        let is_refresh = request.uri().path().ends_with("/refresh");
        black_box(request);
        Box::pin(async move {
            let answer = match is_refresh {
                true => {
                    state.refreshes.fetch_add(1, Ordering::Relaxed);
                    state.released.wait().await;
                    ISSUED
                }
                false => ISSUE,
            };
            Ok(Response::new(Full::new(Bytes::from_static(answer))))
        })
    }
}
