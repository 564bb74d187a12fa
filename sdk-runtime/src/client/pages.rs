//! `Pages` and `PageItems`: a list that a server sends page by page, as streams.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio_util::sync::CancellationToken;

use super::decode::CallDecoder;
use super::pager::{PageFuture, Pager};
use super::paginate::{Paginate, advance};
use crate::endpoint::Endpoint;
use crate::error::{Error, InvalidRequest, Unimplemented};
use crate::request::HeaderArg;
use crate::response::Page;
use crate::trace::{self, Span};

/// The pages of a list, fetched one at a time while they are read. Nothing is sent before the first page is
/// read.
///
/// The stream ends with an error as its last item if a link or a cursor leads back to an earlier page, or if
/// a link leads to another origin, unless both are the client's own or a
/// [trusted one](crate::client::ClientBuilder::trusted_origin). Both are [`Error::InvalidRequest`]. Numbered
/// pages and offsets end with an empty page, or with one that says that there are no more. If the server
/// sends neither, they do not end.
///
/// After an error nothing more is fetched, so that a loop over a stream ends. [`resume`](Self::resume) asks
/// for the same page again. [`position`](Self::position) is for a program that goes on another day.
///
/// Each page is refreshed for, replayed and retried as a call of its own. All pages are fetched under the
/// login of the first. After a sign-in as another user the next page is [`Error::IdentityChanged`].
///
/// An option that is set between two pages applies to the pages after it. A page in flight is not changed.
///
/// Drop it to stop. A fake is collected from its pages:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> sdk_runtime::Result<()> {
/// use sdk_runtime::Pages;
/// use sdk_runtime::error::Closed;
///
/// let closed = Closed::default().into();
/// let pages: Pages<Vec<u32>> = [Ok(vec![1, 2]), Ok(vec![3]), Err(closed)].into_iter().collect();
/// let mut items = pages.items();
/// assert_eq!(items.next().await.transpose()?, Some(1));
/// assert_eq!(items.next().await.transpose()?, Some(2));
/// # Ok(())
/// # }
/// ```
#[must_use = "pages are not fetched until they are read"]
pub struct Pages<P, E = Error> {
    source: Source<P, E>,
}

enum Source<P, E> {
    Given(VecDeque<Result<P, E>>),
    Server {
        decoder: CallDecoder<P, E>,
        paginate: Paginate<P>,
        /// The number of the next page.
        number: u64,
        pager: Box<Pager>,
        state: State,
    },
}

enum State {
    /// The next page has not been requested.
    Idle,
    Fetching(PageFuture, Span),
    /// The next page cannot be requested, for this reason.
    Failed(InvalidRequest),
    /// The next page could not be fetched. It can be asked for again.
    Stopped,
    Done,
}

/// No field is ever pinned, so this holds for every type of page.
impl<P, E> Unpin for Pages<P, E> {}

impl<P, E> Pages<P, E> {
    pub(super) fn new(mut pager: Box<Pager>, decoder: CallDecoder<P, E>, paginate: Paginate<P>) -> Self {
        let paginate = match paginate {
            Paginate::InBody { argument, by } => {
                pager.set_in_body(argument);
                *by
            }
            paginate => paginate,
        };
        let number = match paginate {
            Paginate::Page { parameter, first } | Paginate::Offset { parameter, first } => {
                pager.first_number(parameter, first)
            }
            _ => 0,
        };
        Self { source: Source::Server { decoder, paginate, number, pager, state: State::Idle } }
    }

    /// Sets how long each page may take, including the wait for a refresh and the replay. `None` sets no
    /// limit.
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.planned(|pager| pager.series.limits.timeout = timeout.into())
    }

    /// Ends with [`Error::Cancelled`] when `token` is cancelled, and requests no page when it already is.
    pub fn cancel_on(self, token: &CancellationToken) -> Self {
        self.planned(|pager| pager.series.limits.cancel = Some(token.clone()))
    }

    /// Sets a header of every request, as [`Call::header`](crate::client::Call::header).
    pub fn header(self, name: &str, value: impl HeaderArg) -> Self {
        self.planned(|pager| {
            if let Ok(request) = &mut pager.request
                && let Err(error) = request.set_header(name, &value)
            {
                pager.request = Err(error);
            }
        })
    }

    /// Sets how often each page is retried after a transient failure, as
    /// [`Call::retry`](crate::client::Call::retry).
    pub fn retry(self, times: u32) -> Self {
        self.planned(|pager| pager.series.retry.get_or_insert_default().times = Some(times))
    }

    /// As [`Call::extension`](crate::Call::extension), for each page.
    pub fn extension(self, value: impl Clone + Send + Sync + 'static) -> Self {
        self.planned(|pager| {
            if let Ok(request) = &mut pager.request {
                request.extensions.insert(value);
            }
        })
    }

    /// Sets how long one attempt of each page may take, as
    /// [`Call::attempt_timeout`](crate::client::Call::attempt_timeout).
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.planned(|pager| pager.series.retry.get_or_insert_default().attempt_timeout = Some(timeout))
    }

    /// Returns the items of all pages, in order.
    pub fn items(self) -> PageItems<P, E>
    where
        P: Page,
    {
        PageItems { pages: self, items: VecDeque::new() }
    }

    /// Begins with the page at `position`, which [`position`](Self::position) has returned for the same
    /// endpoint, in this program or an earlier one. It replaces the parameter of the page. All other
    /// arguments are those of this call, except with `paginate = link` and `url`, where the position is the
    /// whole address.
    ///
    /// The first page fails with [`Error::InvalidRequest`] if `position` is none of this list, or an address
    /// at another origin than the endpoint's that is no
    /// [trusted one](crate::client::ClientBuilder::trusted_origin). A fake's pages begin with the first.
    pub fn start_at(mut self, position: &str) -> Self {
        if let Source::Server { paginate, number, pager, .. } = &mut self.source {
            pager.start_at(paginate.parameter(), position);
            if matches!(paginate, Paginate::Page { .. } | Paginate::Offset { .. }) {
                match position.parse() {
                    Ok(position) => *number = position,
                    Err(_) => {
                        pager.request = Err(InvalidRequest::new("position", "is no number of a page"));
                    }
                }
            }
        }
        self
    }

    /// Returns where the next page is, for [`start_at`](Self::start_at) or the parameter of the endpoint: its
    /// cursor, number or offset, or its address with `paginate = link` and `url`. A cursor of a JSON body is
    /// returned as JSON.
    ///
    /// `None` in front of the first page, after the last one, and for a fake. After an error it is the page
    /// that failed. It comes from the server, so keep it as carefully as the pages.
    #[must_use]
    pub fn position(&self) -> Option<String> {
        match &self.source {
            Source::Server {
                paginate,
                pager,
                state: State::Idle | State::Fetching(..) | State::Stopped,
                ..
            } => pager.position(paginate.parameter()),
            Source::Server { .. } | Source::Given(_) => None,
        }
    }

    /// Lets [`next`](Self::next) ask again for the page that failed, under the login of the first page.
    /// Returns `false` if there is none: no page has failed, or the next one cannot be requested.
    ///
    /// ```
    /// # use sdk_runtime::{Pages, Result};
    /// /// Reads on after a pause, up to three times.
    /// async fn titles(mut pages: Pages<Vec<String>>) -> Result<Vec<String>> {
    ///     let (mut titles, mut pauses) = (Vec::new(), 0);
    ///     while let Some(page) = pages.next().await {
    ///         match page {
    ///             Ok(page) => titles.extend(page),
    ///             Err(_) if pauses < 3 && pages.resume() => {
    ///                 pauses += 1;
    ///                 tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    ///             }
    ///             Err(error) => return Err(error),
    ///         }
    ///     }
    ///     Ok(titles)
    /// }
    /// ```
    pub fn resume(&mut self) -> bool {
        match &mut self.source {
            Source::Server { state: state @ State::Stopped, .. } => {
                *state = State::Idle;
                true
            }
            Source::Server { .. } | Source::Given(_) => false,
        }
    }

    /// Changes the pages that are not requested yet.
    fn planned(mut self, change: impl FnOnce(&mut Pager)) -> Self {
        if let Source::Server { pager, .. } = &mut self.source {
            change(pager);
        }
        self
    }
}

impl<P, E: From<Error>> Pages<P, E> {
    /// Returns pages that fail, for an implementation of the trait that does not implement the endpoint.
    #[doc(hidden)]
    pub fn unimplemented(endpoint: &'static Endpoint) -> Self {
        let error = Error::from(Unimplemented::default()).with_endpoint(endpoint);
        [Err(error.into())].into_iter().collect()
    }
}

impl<P: Page, E> Pages<P, E> {
    /// Returns the next page, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// Returns the errors of a call, and [`Error::InvalidRequest`] if the next page cannot be requested.
    /// Nothing comes after an error, unless [`resume`](Self::resume) asks for the page again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing. The next call goes on waiting for the same page.
    ///
    /// # Panics
    ///
    /// Panics as a [`Call`](crate::client::Call) does, outside a Tokio runtime with its time driver. With the
    /// feature `blocking`, `client::wait(pages.next())` needs no runtime.
    pub async fn next(&mut self) -> Option<Result<P, E>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<P: Page, E> Stream for Pages<P, E> {
    type Item = Result<P, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<P, E>>> {
        let (decoder, paginate, number, pager, state) = match &mut self.source {
            Source::Given(pages) => {
                let page = pages.pop_front();
                if !matches!(page, Some(Ok(_))) {
                    pages.clear();
                }
                return Poll::Ready(page);
            }
            Source::Server { decoder, paginate, number, pager, state } => {
                (decoder, paginate, number, pager, state)
            }
        };
        loop {
            match std::mem::replace(state, State::Done) {
                State::Idle => {
                    let span = trace::call(pager.endpoint);
                    *state = State::Fetching(span.in_scope(|| pager.fetch()), span);
                }
                State::Fetching(mut fetching, span) => {
                    let Poll::Ready(fetched) = span.in_scope(|| fetching.as_mut().poll(cx)) else {
                        *state = State::Fetching(fetching, span);
                        return Poll::Pending;
                    };
                    let _entered = span.entered();
                    let page = match fetched {
                        Ok(fetched) => decoder.decode(pager.record(fetched).response, false),
                        Err(error) => Err(decoder.error(error)),
                    };
                    let page = match page {
                        Ok((head, page)) => {
                            *state = match advance(pager, paginate, number, &head, &page) {
                                Ok(true) => State::Idle,
                                Ok(false) => State::Done,
                                Err(error) => State::Failed(error),
                            };
                            Ok(page)
                        }
                        Err(error) => {
                            *state = State::Stopped;
                            Err(error)
                        }
                    };
                    return Poll::Ready(Some(page));
                }
                State::Failed(error) => return Poll::Ready(Some(Err(decoder.error(error.into())))),
                State::Stopped => {
                    *state = State::Stopped;
                    return Poll::Ready(None);
                }
                State::Done => return Poll::Ready(None),
            }
        }
    }
}

impl<P, E> FromIterator<Result<P, E>> for Pages<P, E> {
    fn from_iter<I: IntoIterator<Item = Result<P, E>>>(pages: I) -> Self {
        Self { source: Source::Given(pages.into_iter().collect()) }
    }
}

impl<P, E> fmt::Debug for Pages<P, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Pages");
        if let Source::Server { pager, .. } = &self.source {
            debug.field("endpoint", &format_args!("{}", pager.endpoint.qualified_name()));
        }
        debug.finish_non_exhaustive()
    }
}

/// The items of all pages of a list: [`Pages::items`].
#[must_use = "pages are not fetched until their items are read"]
pub struct PageItems<P: Page, E = Error> {
    pages: Pages<P, E>,
    items: VecDeque<P::Item>,
}

impl<P: Page, E> Unpin for PageItems<P, E> {}

impl<P: Page, E> PageItems<P, E> {
    /// Lets [`next`](Self::next) ask again for the page that failed, as [`Pages::resume`].
    pub fn resume(&mut self) -> bool {
        self.pages.resume()
    }

    /// Returns the next item, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`Pages::next`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    ///
    /// # Panics
    ///
    /// Panics as [`Pages::next`] does.
    pub async fn next(&mut self) -> Option<Result<P::Item, E>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<P: Page, E> Stream for PageItems<P, E> {
    type Item = Result<P::Item, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(cx)) {
                Some(Ok(page)) => self.items = page.into_items().into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<P: Page, E> fmt::Debug for PageItems<P, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageItems").field("pages", &self.pages).finish_non_exhaustive()
    }
}
