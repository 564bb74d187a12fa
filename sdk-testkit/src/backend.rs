//! The scripted backend: routes, records, and the memory of what went wrong. Knows nothing of sockets or
//! tokens.
//!
//! Two counts of owners, on purpose: tests own `Handle`s, and the end of the last one reports panics.
//! Requests under way and connections own only `Shared`, so that the report never happens inside a server
//! task, where it would be lost.

use std::error::Error;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Method, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use tokio::sync::watch;
use tokio::time::Instant;
use tower_service::Service;

use crate::panics;
use crate::patience;
use crate::reply::Reply;
use crate::request::Request;
use crate::template::{Captures, Template};

/// A scripted HTTP backend that records every request. A clone is another handle of the same backend.
///
/// Use it in memory, as a [`tower_service::Service`] or through [`handle`](Self::handle), or over a real
/// socket with [`serve`](Self::serve). A request counts as received, and is recorded, when its body has
/// arrived completely.
///
/// A route is chosen by method and raw path. Of several that match, the one with the more precise template
/// wins (a literal before a placeholder, a placeholder before a `{*rest}`), and of equals the newest, so that
/// a test can replace a route. A request that matches no route goes to the [`fallback`](Self::fallback), or
/// is answered by a 404 whose text names it and the routes there are.
///
/// # Panics
///
/// A panic in a handler answers the client with a 500 and is remembered: [`verify`](Self::verify), or the end
/// of the last handle, panics with its message, so that the test fails even if its client copes with a 500. A
/// handler that owns a handle of its own backend keeps it alive, and this check from happening.
#[derive(Clone)]
pub struct Backend {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    started: Instant,
    script: Mutex<Script>,
    requests: Mutex<Vec<Request>>,
    received: watch::Sender<usize>,
    failures: Mutex<Vec<String>>,
}

#[derive(Default)]
struct Script {
    routes: Vec<Route>,
    fallback: Option<Handler>,
    /// What puts routes below a path. With it, a request that no route takes fails the test.
    below: Option<fn(&str) -> String>,
}

struct Route {
    method: Method,
    template: Template,
    handler: Handler,
}

pub(crate) type Handler = Arc<dyn Fn(Request) -> BoxFuture<Reply> + Send + Sync>;
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Backend {
    /// A backend without routes: it answers 404 to everything.
    pub fn new() -> Self {
        let shared = Shared {
            started: Instant::now(),
            script: Mutex::default(),
            requests: Mutex::default(),
            received: watch::Sender::new(0),
            failures: Mutex::default(),
        };
        Self { handle: Arc::new(Handle { shared: Arc::new(shared) }) }
    }

    /// The same, and each request that no route takes fails the test. `below`: what puts routes below a path.
    pub(crate) fn failing(below: fn(&str) -> String) -> Self {
        let backend = Self::new();
        backend.shared().script().below = Some(below);
        backend
    }

    /// Adds a route, also to a backend that already serves, and returns this backend for chaining.
    ///
    /// In the template, `{name}` stands for one segment of the raw path, possibly with fixed text or other
    /// placeholders next to it (`/v{major}/{owner}:{id}.json`), and `{*name}` for all that is left; each
    /// needs at least one character. The handler reads their decoded values with [`Request::param`].
    ///
    /// # Panics
    ///
    /// When method or template is malformed.
    #[track_caller]
    #[expect(clippy::panic, reason = "a malformed route is a mistake in the test")]
    pub fn route<H, F>(&self, method: impl AsRef<str>, template: &str, handler: H) -> Self
    where
        H: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let method = method.as_ref();
        let Ok(method) = Method::from_bytes(method.as_bytes()) else {
            panic!("`{method}` is no HTTP method");
        };
        let template = match Template::parse(template) {
            Ok(template) => template,
            Err(error) => panic!("{error}"),
        };
        let handler = boxed(handler);

        let mut script = self.shared().script();
        // The same route again replaces the former one, so that the list of routes stays readable.
        script.routes.retain(|route| !route.is(&method, template.as_str()));
        script.routes.push(Route { method, template, handler });
        drop(script);
        self.clone()
    }

    /// Adds a route that always answers the same.
    ///
    /// # Panics
    ///
    /// When method or template is malformed.
    #[track_caller]
    pub fn reply(&self, method: impl AsRef<str>, template: &str, reply: Reply) -> Self {
        self.route(method, template, move |_| std::future::ready(reply.clone()))
    }

    /// Sets what answers the requests no route matches. They are recorded as unmatched all the same.
    pub fn fallback<H, F>(&self, handler: H) -> Self
    where
        H: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        self.shared().script().fallback = Some(boxed(handler));
        self.clone()
    }

    /// All requests so far, in the order in which they had arrived completely.
    pub fn requests(&self) -> Vec<Request> {
        self.shared().requests().clone()
    }

    /// The newest request.
    pub fn last(&self) -> Option<Request> {
        self.shared().requests().last().cloned()
    }

    /// The requests no route matched, in order.
    pub fn unmatched(&self) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| request.template().is_none());
        requests
    }

    /// How many requests this route has received, answered in any way.
    ///
    /// # Panics
    ///
    /// When there is no such route: a misspelt one would pass every assertion that nothing came.
    #[track_caller]
    #[expect(clippy::panic, reason = "a misspelt route must fail the test, not count as zero")]
    pub fn count(&self, method: impl AsRef<str>, template: &str) -> usize {
        let method = method.as_ref();
        let script = self.shared().script();
        let exists = script.routes.iter().any(|route| route.is(method, template));
        let routes = script.list();
        drop(script);
        if !exists {
            panic!("there is no route {method} {template} to count; {routes}");
        }
        let is_counted =
            |request: &&Request| request.method() == method && request.template() == Some(template);
        self.shared().requests().iter().filter(is_counted).count()
    }

    /// Waits until at least `count` requests have been received in all, so that a test need not guess with a
    /// sleep.
    ///
    /// # Cancel safety
    ///
    /// Dropping it disturbs nothing.
    ///
    /// # Panics
    ///
    /// After 5 minutes of real time, so that a test whose client does not send them ends.
    pub async fn received(&self, count: usize) {
        let mut received = self.shared().received.subscribe();
        // The sender lives in `self`, so that this cannot fail.
        let wait = received.wait_for(|&received| received >= count);
        let _ = patience::in_time(wait, || format!("{count} requests to {self:?}")).await;
    }

    /// Answers one request in memory, as the [`Service`] does.
    ///
    /// # Errors
    ///
    /// [`ConnectionReset`](io::ErrorKind::ConnectionReset) for a [`Reply::reset`]; the error of the body if
    /// it cannot be read, in which case nothing is recorded.
    ///
    /// # Cancel safety
    ///
    /// Dropping it drops the handler's future, as a server does when its client hangs up.
    pub async fn handle<B>(&self, request: http::Request<B>) -> io::Result<Response<Full<Bytes>>>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        self.shared().answer(request).await
    }

    /// Panics if a handler has panicked and no test was told yet.
    ///
    /// # Panics
    ///
    /// With the messages of the handlers' panics.
    #[track_caller]
    pub fn verify(&self) {
        self.shared().verify();
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }
}

impl Default for Backend {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let received = *self.shared().received.borrow();
        write!(f, "Backend({received} requests; {})", self.shared().script().list())
    }
}

impl<B> Service<http::Request<B>> for Backend
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<Full<Bytes>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let shared = Arc::clone(self.shared());
        Box::pin(async move { shared.answer(request).await })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.shared.verify();
        }
    }
}

impl Shared {
    /// Reads the body, records the request and lets its route answer.
    pub(crate) async fn answer<B>(&self, request: http::Request<B>) -> io::Result<Response<Full<Bytes>>>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let is_head = head.method == Method::HEAD;

        let (route, handler) = self.script().find(&head.method, head.uri.path());
        let request = Request::new(head, body, route, self.started.elapsed());
        self.record(request.clone());

        let reply = match handler {
            Some(handler) => self.run(handler, request).await,
            None => self.not_found(&request),
        };
        reply.deliver(is_head).await
    }

    fn record(&self, request: Request) {
        let mut requests = self.requests();
        requests.push(request);
        self.received.send_replace(requests.len());
    }

    async fn run(&self, handler: Handler, request: Request) -> Reply {
        let context = format!("the handler of {request:?} panicked");
        let reply = match panics::catch(async move { handler(request).await }).await {
            Ok(reply) => reply,
            Err(message) => Reply::failure(format!("{context}: {message}")).status(500),
        };
        lock(&self.failures).extend(reply.as_failure().map(str::to_owned));
        reply
    }

    fn not_found(&self, request: &Request) -> Reply {
        let script = self.script();
        let text = format!("no route for {} {}; {}", request.method(), request.path(), script.list());
        let Some(below) = script.below else {
            return Reply::text(text + "\n").status(404);
        };
        let text = text + &script.prefix(request).map_or_else(String::new, |it| format!("; {}", below(it)));
        drop(script);
        lock(&self.failures).push(text.clone());
        Reply::failure(text)
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "a failure in a test server must fail the test")]
    fn verify(&self) {
        let failures = std::mem::take(&mut *lock(&self.failures));
        if !failures.is_empty() {
            panic!("{}", failures.join("\n"));
        }
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
    }

    fn requests(&self) -> MutexGuard<'_, Vec<Request>> {
        lock(&self.requests)
    }
}

impl Script {
    fn find(&self, method: &Method, path: &str) -> (Option<(String, Captures)>, Option<Handler>) {
        let matching = self.routes.iter().filter(|route| route.method == method);
        let captured = matching.filter_map(|route| Some((route, route.template.captures(path)?)));
        // Of equals, `max_by_key` takes the last, which is the newest.
        match captured.max_by_key(|(route, _)| route.template.precision()) {
            Some((route, captures)) => {
                let template = route.template.as_str().to_owned();
                (Some((template, captures)), Some(Arc::clone(&route.handler)))
            }
            None => (None, self.fallback.clone()),
        }
    }

    /// What is too much in front of the path of a request, if a route takes the rest.
    fn prefix<'a>(&self, request: &'a Request) -> Option<&'a str> {
        let path = request.path();
        let mut ends = path.match_indices('/').skip(1);
        let (end, _) = ends.find(|&(end, _)| self.find(request.method(), &path[end..]).0.is_some())?;
        Some(&path[..end])
    }

    fn list(&self) -> String {
        let routes: Vec<String> =
            self.routes.iter().map(|route| format!("{} {}", route.method, route.template)).collect();
        match routes.is_empty() {
            true => "there are no routes".to_owned(),
            false => format!("routes: {}", routes.join(", ")),
        }
    }
}

impl Route {
    fn is(&self, method: impl PartialEq<Method>, template: &str) -> bool {
        method == self.method && self.template.as_str() == template
    }
}

pub(crate) fn boxed<H, F>(handler: H) -> Handler
where
    H: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    Arc::new(move |request| Box::pin(handler(request)))
}

/// No user code runs under these locks, so that a poisoned one is still whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::Duration;

    use http_body_util::Empty;

    use super::*;

    async fn get(backend: &Backend, target: &str) -> (u16, String) {
        let answer =
            backend.handle(http::Request::get(target).body(Empty::<Bytes>::new()).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_request_is_recorded_as_it_came_and_answered_by_its_route() {
        let backend = Backend::new().route("PUT", "/issues/{id}/files/{*path}", |request| async move {
            Reply::text(format!("{}:{}", request.param("id"), request.param("path")))
        });
        let request = http::Request::put("http://api.test/issues/a%2Fb/files/x/%2E?q=%20+")
            .header("x-one", "1")
            .body("the body".to_owned())
            .unwrap();
        let mut service = backend.clone();
        std::future::poll_fn(|context| Service::<http::Request<String>>::poll_ready(&mut service, context))
            .await
            .unwrap();
        let answer = service.call(request).await.unwrap();
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "a/b:x/.");

        let last = backend.last().unwrap();
        assert_eq!(last.method(), Method::PUT);
        assert_eq!(last.target(), "/issues/a%2Fb/files/x/%2E?q=%20+");
        assert_eq!(last.header("x-one"), Some("1"));
        assert_eq!(last.text(), "the body");
        assert_eq!(last.template(), Some("/issues/{id}/files/{*path}"));
        assert_eq!(backend.count("PUT", "/issues/{id}/files/{*path}"), 1);
        assert!(backend.unmatched().is_empty());
    }

    #[tokio::test]
    async fn the_precise_route_wins_and_the_newest_replaces() {
        let backend = Backend::new()
            .reply("GET", "/issues/search", Reply::text("search"))
            .reply("GET", "/issues/{id}", Reply::text("one"))
            .reply("GET", "/{*rest}", Reply::text("rest"));
        assert_eq!(get(&backend, "/issues/search").await.1, "search");
        assert_eq!(get(&backend, "/issues/7").await.1, "one");
        assert_eq!(get(&backend, "/else").await.1, "rest");
        backend.reply("GET", "/issues/{id}", Reply::text("other"));
        assert_eq!(get(&backend, "/issues/7").await.1, "other");
        assert_eq!(backend.count("GET", "/issues/{id}"), 2);
        let routes = "routes: GET /issues/search, GET /{*rest}, GET /issues/{id}";
        assert_eq!(format!("{backend:?}"), format!("Backend(4 requests; {routes})"));
        backend.reply("GET", "/issues/{number}", Reply::text("newest"));
        assert_eq!(get(&backend, "/issues/7").await.1, "newest");
    }

    #[tokio::test]
    async fn an_unmatched_request_gets_a_text_that_helps() {
        let backend = Backend::new();
        assert_eq!(get(&backend, "/x").await, (404, "no route for GET /x; there are no routes\n".into()));
        backend.reply("POST", "/x", Reply::empty());
        let (status, text) = get(&backend, "/x?secret=1").await;
        assert_eq!((status, text.as_str()), (404, "no route for GET /x; routes: POST /x\n"));
        assert_eq!(backend.unmatched().len(), 2);

        backend.fallback(|request| async move { Reply::text(request.path()).status(418) });
        assert_eq!(get(&backend, "/y").await, (418, "/y".to_owned()));
        assert_eq!(backend.unmatched().len(), 3);
        assert_eq!(backend.count("POST", "/x"), 0);
    }

    #[test]
    #[should_panic(expected = "there is no route GET /issue to count; routes: GET /issues")]
    fn counting_a_route_that_does_not_exist_panics() {
        Backend::new().reply("GET", "/issues", Reply::empty()).count("GET", "/issue");
    }

    #[tokio::test]
    async fn a_panic_in_a_handler_is_a_500_and_fails_the_test_at_the_end() {
        let backend = Backend::new().route("GET", "/{id}", |request| async move {
            panic!("no issue {}", request.param("id"));
        });
        let other = backend.clone();
        assert_eq!(get(&backend, "/7").await.0, 500);

        drop(other);
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(backend)));
        let message = *dropped.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(message, "the handler of Request(GET /7, matched by /{id}) panicked: no issue 7");
    }

    #[tokio::test]
    async fn verify_reports_once() {
        let backend =
            Backend::new().route("GET", "/", |_| -> std::future::Ready<Reply> { panic!("at once") });
        assert_eq!(get(&backend, "/").await.0, 500);
        let verified = catch_unwind(AssertUnwindSafe(|| backend.verify()));
        assert!(verified.unwrap_err().downcast::<String>().unwrap().ends_with("at once"));
        backend.verify();
    }

    #[tokio::test]
    async fn the_test_that_already_panics_keeps_its_own_message() {
        let backend = Backend::new().route("GET", "/", |_| async { panic!("in the server") });
        assert_eq!(get(&backend, "/").await.0, 500);
        let test = catch_unwind(AssertUnwindSafe(move || {
            let _backend = backend;
            panic!("in the test");
        }));
        assert_eq!(*test.unwrap_err().downcast::<&str>().unwrap(), "in the test");
    }

    #[tokio::test(start_paused = true)]
    async fn faults_delays_and_waiting_work_in_memory() {
        let backend = Backend::new()
            .reply("GET", "/reset", Reply::reset())
            .reply("GET", "/hang", Reply::hang())
            .reply("GET", "/slow", Reply::empty().delay(Duration::from_secs(5)));
        let request = http::Request::get("/reset").body(Empty::<Bytes>::new()).unwrap();
        let error = backend.handle(request).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);

        let start = Instant::now();
        assert_eq!(get(&backend, "/slow").await.0, 204);
        assert_eq!(start.elapsed(), Duration::from_secs(5));

        let hanging = tokio::spawn({
            let backend = backend.clone();
            async move { get(&backend, "/hang").await }
        });
        let received = tokio::time::timeout(Duration::from_secs(3600), backend.received(3)).await;
        assert!(received.is_ok(), "three have come");
        assert_eq!(backend.last().unwrap().received_at(), Duration::from_secs(5));
        hanging.abort();
        assert!(hanging.await.unwrap_err().is_cancelled());
    }

    struct Broken;

    impl Body for Broken {
        type Data = Bytes;
        type Error = &'static str;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, &'static str>>> {
            Poll::Ready(Some(Err("broken")))
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_is_not_recorded() {
        let backend = Backend::new().reply("POST", "/", Reply::empty());
        let error = backend.handle(http::Request::post("/").body(Broken).unwrap()).await.unwrap_err();
        assert_eq!(error.to_string(), "broken");
        assert!(backend.requests().is_empty());
    }
}
