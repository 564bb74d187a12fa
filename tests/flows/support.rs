//! Shared parts of the flows: a browser for the hand-written versions, and the counters and delays of a
//! backend.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use sdk_runtime::{Error, Response, Result, ServiceTransport, api_client};
use sdk_testkit::{Backend, Reply};
use serde_json::Value;
use tokio::sync::Notify;

/// What sends for the versions written by hand. As with axios, a status that is no success is an error with
/// its answer.
#[api_client(auth = none, timeout = none)]
trait Wire {
    #[get("/{*path}")]
    async fn get(&self, path: &str, #[headers] headers: &http::HeaderMap) -> Result<Response<String>>;

    #[post("/{*path}")]
    async fn post(
        &self,
        path: &str,
        #[headers] headers: &http::HeaderMap,
        #[body("application/json")] body: String,
    ) -> Result<Response<String>>;
}

/// A page's way to send, with a cookie jar that the page cannot read.
#[derive(Clone)]
pub struct Browser {
    wire: WireClient,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Browser {
    pub fn new(backend: &Backend) -> Self {
        let transport = ServiceTransport::new(backend.clone());
        let wire = WireClient::builder("http://localhost").transport(transport).build().unwrap();
        Self { wire, cookies: Arc::default() }
    }

    /// Sends `GET` or `POST` with all cookies and these headers, keeps the cookies that come, and reads the
    /// answer as JSON.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: Option<Value>,
    ) -> Result<Value> {
        let mut sent = http::HeaderMap::new();
        for (name, value) in headers {
            sent.insert(*name, value.parse().unwrap());
        }
        let cookies: Vec<_> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            sent.insert("cookie", cookies.join("; ").parse().unwrap());
        }
        let path = path.trim_start_matches('/');
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = match method {
            "GET" => self.wire.get(path, &sent).await,
            _ => self.wire.post(path, &sent, body).await,
        };
        match &answer {
            Ok(answer) => self.keep(answer.headers()),
            Err(Error::Status(answer)) => self.keep(answer.headers()),
            Err(_) => {}
        }
        Ok(serde_json::from_str(answer?.value()).unwrap_or_default())
    }

    fn keep(&self, headers: &http::HeaderMap) {
        for line in headers.get_all("set-cookie") {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
        }
    }
}

/// One call of either version, and what its caller is told: `Ok(None)` is the `undefined` of a handler that
/// returns nothing.
pub type Calling = Pin<Box<dyn Future<Output = Result<Option<u64>, Error>> + Send>>;

/// The most often any one path below `prefix` was asked for, from the request number `since` on.
pub fn most_sends_of_one_call(backend: &Backend, prefix: &str, since: usize) -> usize {
    let mut sends = HashMap::<String, usize>::new();
    for request in &backend.requests()[since..] {
        if request.path().starts_with(prefix) {
            *sends.entry(request.path().to_owned()).or_default() += 1;
        }
    }
    sends.into_values().max().unwrap_or_default()
}

/// From now on `GET` of `path` refuses the first token it is shown when it is told to, and takes every later
/// one at once.
pub fn refuse_late(backend: &Backend, path: &str, then: Reply) -> Arc<Notify> {
    answer_late(backend, path, Reply::empty().status(401), then)
}

/// From now on `GET` of `path` answers first `late`, when it is told to, and then always `then`, at once.
pub fn answer_late(backend: &Backend, path: &str, late: Reply, then: Reply) -> Arc<Notify> {
    let (asked, answer) = (AtomicBool::new(false), Arc::new(Notify::new()));
    let told = answer.clone();
    backend.route("GET", path, move |_| {
        let (again, told) = (asked.swap(true, Ordering::SeqCst), told.clone());
        let (late, then) = (late.clone(), then.clone());
        async move {
            if again {
                return then;
            }
            told.notified().await;
            late
        }
    });
    answer
}

/// Makes a call for each of these ids at the same time, and tells what each caller is told.
pub async fn crowd(
    ids: std::ops::Range<u64>,
    call: impl Fn(u64) -> Calling,
) -> Vec<(u64, Result<Option<u64>>)> {
    let mut calls = tokio::task::JoinSet::new();
    for id in ids {
        let call = call(id);
        calls.spawn(async move { (id, call.await) });
    }
    calls.join_all().await
}

/// What an application shows, and what it keeps on the device.
#[derive(Debug)]
pub struct Ui {
    pub stored_tokens: Vec<String>,
    pub stored_user: Option<&'static str>,
    pub login_form: Option<sdk_runtime::error::SessionExpired>,
}

/// The application's side of a flow: keeps each new token, and after the last clears all and shows its login
/// form.
pub async fn application(mut states: sdk_runtime::session::StateWatch) -> Ui {
    let mut ui = Ui { stored_tokens: Vec::new(), stored_user: Some("ann"), login_form: None };
    while let Some(state) = states.next().await {
        match state {
            sdk_runtime::SessionState::SignedIn(login) => {
                ui.stored_tokens.extend(login.access_token().map(|token| token.expose().to_owned()));
            }
            sdk_runtime::SessionState::Expired(expired) => {
                ui.stored_user = None;
                ui.login_form = Some(expired);
                return ui;
            }
            _ => {}
        }
    }
    ui
}
