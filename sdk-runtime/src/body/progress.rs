//! The progress of a body: a function of the program is told how many bytes have passed.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::payload::RequestBody;
use super::stream::BodyStream;

/// The size of a piece after which the function is told.
const PIECE: usize = 64 << 10;

type Function = Box<dyn FnMut(u64, Option<u64>) + Send>;

/// A function of the program, with the number of the body that it is told about. An earlier body, whose
/// connection may still be open, is not told any more.
#[derive(Clone)]
struct Listener(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// `None` while it is called, after the end, and after a panic.
    function: Option<Function>,
    is_over: bool,
    /// What it is still to be told.
    due: VecDeque<(u64, Option<u64>)>,
    body: u64,
}

impl Listener {
    fn new(function: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(State { function: Some(Box::new(function)), ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins with the next body, and returns its number.
    fn begin(&self, total: Option<u64>) -> u64 {
        let body = {
            let mut state = self.state();
            state.body += 1;
            state.body
        };
        self.tell(body, 0, total);
        body
    }

    /// Tells the function how much of `body` has passed. A function that panics is not called again.
    fn tell(&self, body: u64, done: u64, total: Option<u64>) {
        let mut state = self.state();
        if state.is_over || state.body != body {
            return;
        }
        state.due.push_back((done, total));
        // A thread that is calling the function tells it this too.
        let Some(mut function) = state.function.take() else { return };
        while let Some((done, total)) = state.due.pop_front() {
            drop(state);
            let has_panicked = catch_unwind(AssertUnwindSafe(|| function(done, total))).is_err();
            state = self.state();
            state.is_over |= has_panicked;
            if state.is_over {
                drop(state);
                return;
            }
        }
        state.function = Some(function);
    }

    /// Drops the function. One that is being called is dropped behind that.
    fn end(&self) {
        let function = {
            let mut state = self.state();
            state.is_over = true;
            state.function.take()
        };
        drop(function);
    }
}

/// The function of [`Call::on_upload`](crate::client::Call::on_upload), in the extensions of a request. It is
/// dropped with the last request of its call.
#[derive(Clone)]
pub(crate) struct OnUpload(Arc<UntilTheEnd>);

struct UntilTheEnd(Listener);

impl Drop for UntilTheEnd {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl OnUpload {
    pub(crate) fn new(function: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        Self(Arc::new(UntilTheEnd(Listener::new(function))))
    }

    /// Returns the body of the next send, of which the function is told.
    pub(crate) fn count(&self, body: RequestBody) -> RequestBody {
        RequestBody::Stream(BodyStream::new(Counted::new(body, &self.0.0)))
    }
}

/// The function of [`Call::on_download`](crate::client::Call::on_download). A stream goes on after its call.
#[derive(Clone)]
pub(crate) struct OnDownload(Listener);

impl OnDownload {
    pub(crate) fn new(function: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        Self(Listener::new(function))
    }

    /// Returns the body of the next answer, of which the function is told.
    pub(crate) fn count<B>(&self, body: B) -> impl HttpBody<Data = Bytes, Error = B::Error> + use<B>
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        Counted::new(body, &self.0)
    }
}

/// A body whose pieces are counted when they are handed out.
struct Counted<B> {
    body: B,
    rest: Bytes,
    listener: Listener,
    number: u64,
    done: u64,
    total: Option<u64>,
}

impl<B: HttpBody> Counted<B> {
    fn new(body: B, listener: &Listener) -> Self {
        let total = body.size_hint().exact();
        let number = listener.begin(total);
        Self { body, rest: Bytes::new(), listener: listener.clone(), number, done: 0, total }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Counted<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.rest.is_empty() {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                other => return other,
            }
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        if length > 0 {
            self.done += length as u64;
            self.listener.tell(self.number, self.done, self.total);
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut sum = SizeHint::new();
        if let Some(upper) = hint.upper().and_then(|upper| upper.checked_add(rest)) {
            sum.set_upper(upper);
        }
        sum.set_lower(hint.lower().saturating_add(rest).min(sum.upper().unwrap_or(u64::MAX)));
        sum
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    type Told = Arc<Mutex<Vec<(u64, Option<u64>)>>>;

    fn upload() -> (OnUpload, Told) {
        let told = Told::default();
        let tells = told.clone();
        (OnUpload::new(move |done, total| tells.lock().unwrap().push((done, total))), told)
    }

    fn body(length: usize) -> RequestBody {
        RequestBody::Bytes(vec![7; length].into())
    }

    #[tokio::test]
    async fn a_body_is_counted_in_pieces_and_its_size_is_kept() {
        let (upload, told) = upload();
        let mut counted = upload.count(body(PIECE + 5));
        let size = |body: &RequestBody| body.size_hint().exact();
        assert_eq!((size(&counted), counted.is_end_stream()), (Some(PIECE as u64 + 5), false));
        assert_eq!(counted.frame().await.unwrap().unwrap().into_data().unwrap().len(), PIECE);
        assert_eq!((size(&counted), counted.is_end_stream()), (Some(5), false));
        assert_eq!(counted.frame().await.unwrap().unwrap().into_data().unwrap().len(), 5);
        assert_eq!((size(&counted), counted.is_end_stream()), (Some(0), true));
        assert!(counted.frame().await.is_none());
        let total = Some(PIECE as u64 + 5);
        assert_eq!(*told.lock().unwrap(), [(0, total), (PIECE as u64, total), (PIECE as u64 + 5, total)]);
    }

    #[tokio::test]
    async fn an_earlier_body_and_one_after_the_end_are_not_told() {
        let (upload, told) = upload();
        let (early, late) = (upload.count(body(3)), upload.count(body(4)));
        early.collect().await.unwrap();
        assert_eq!(*told.lock().unwrap(), [(0, Some(3)), (0, Some(4))]);
        drop(upload);
        late.collect().await.unwrap();
        assert_eq!(told.lock().unwrap().len(), 2);
        assert_eq!(Arc::strong_count(&told), 1, "the function is dropped");
    }

    /// I28. The function waits for a lock that the program holds while it drops the call.
    #[test]
    fn i28_a_function_is_called_under_no_lock() {
        let (begun, begins) = std::sync::mpsc::channel();
        let lock = Arc::new(Mutex::new(Vec::new()));
        let locks = lock.clone();
        let upload = OnUpload::new(move |done, _| {
            begun.send(()).unwrap();
            locks.lock().unwrap().push(done);
        });
        let listener = upload.0.0.clone();
        let held = lock.lock().unwrap();
        let body = std::thread::spawn(move || listener.begin(None));
        begins.recv().unwrap();
        upload.0.0.tell(1, 5, None);
        drop(upload);
        drop(held);
        body.join().unwrap();
        assert_eq!(*lock.lock().unwrap(), [0], "I28: nothing is told after the end");
        assert_eq!(Arc::strong_count(&lock), 1);
    }

    #[tokio::test]
    async fn a_function_that_panics_is_not_called_again() {
        let calls = Arc::new(Mutex::new(0));
        let counts = calls.clone();
        let upload = OnUpload::new(move |_, _| {
            *counts.lock().unwrap() += 1;
            panic!("of the program");
        });
        assert_eq!(upload.count(body(3)).collect().await.unwrap().to_bytes().len(), 3);
        assert_eq!(Arc::strong_count(&calls), 1);
        assert_eq!(*calls.lock().unwrap(), 1);
    }
}
