//! What a stub knows of one endpoint: its names, what it takes, and the replies it has in store. Knows no
//! other.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use http::Method;

use crate::backend::{Handler, lock};
use crate::reply::Reply;
use crate::request::Request;
use crate::template::Template;

/// What is known of an endpoint. Several share one if nothing in method and path tells them apart.
pub(crate) struct Slot {
    pub(crate) names: Vec<String>,
    pub(crate) method: Method,
    pub(crate) template: Template,
    pub(crate) replies: Mutex<Replies>,
}

/// The replies in store.
#[derive(Default)]
pub(crate) struct Replies {
    pub(crate) once: VecDeque<Handler>,
    pub(crate) standing: Option<Handler>,
    /// How many were ever put into `once`.
    pub(crate) given_once: usize,
    pub(crate) latency: Duration,
}

impl Slot {
    pub(crate) fn new(name: &str, method: Method, template: Template) -> Self {
        Self { names: vec![name.to_owned()], method, template, replies: Mutex::default() }
    }

    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|own| own == name)
    }

    /// Whether a recorded request was of this endpoint.
    pub(crate) fn took(&self, request: &Request) -> bool {
        request.method() == self.method && request.template() == Some(self.template.as_str())
    }

    /// Answers with the reply whose turn it is.
    pub(crate) async fn answer(&self, request: Request) -> Reply {
        let (handler, latency) = lock(&self.replies).next();
        let Some(handler) = handler else {
            return Reply::failure(self.without_reply(&request));
        };
        let reply = handler(request).await;
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        reply
    }

    fn without_reply(&self, request: &Request) -> String {
        let came = format!("{} {}", request.method(), request.path());
        let name = self.names.first().map_or("", String::as_str);
        let (why, remedy) = match lock(&self.replies).given_once {
            0 => ("has no reply".to_owned(), "give it one"),
            1 => ("has spent its only reply".to_owned(), "give it a standing one"),
            given => (format!("has spent its {given} replies"), "give it a standing one"),
        };
        format!("{self} was called with {came}, but {why}; {remedy}: `stub.endpoint({name:?}).reply(..)`")
    }
}

/// `` `issue` (GET /issues/{id}) ``
impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({} {})", self.names.join("` or `"), self.method, self.template)
    }
}

impl Replies {
    pub(crate) fn add_once(&mut self, handler: Handler) {
        self.once.push_back(handler);
        self.given_once += 1;
    }

    fn next(&mut self) -> (Option<Handler>, Duration) {
        (self.once.pop_front().or_else(|| self.standing.clone()), self.latency)
    }
}
