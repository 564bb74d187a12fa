//! What the targets share: a runtime with a paused clock, and a server that is a function.

use std::cell::RefCell;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use sdk_runtime::transport::{ResponseBody, Transport, TransportFuture, TransportRequest};
use tokio::runtime::{Builder, Runtime};

/// Runs `future` on the runtime of this thread, whose clock is paused.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: RefCell<Runtime> =
            RefCell::new(Builder::new_current_thread().enable_all().start_paused(true).build().unwrap());
    }
    RUNTIME.with_borrow(|runtime| runtime.block_on(future))
}

/// Answers each request by a function.
pub struct Server<F>(pub F);

impl<F: Fn(TransportRequest) -> http::Response<Bytes> + Send + Sync + 'static> Transport for Server<F> {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let answer =
            (self.0)(request).map(|body| ResponseBody::new(Full::new(body).map_err(|never| match never {})));
        Box::pin(async { Ok(answer) })
    }
}
