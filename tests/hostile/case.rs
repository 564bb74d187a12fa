//! A case: the steps of the server, the call of the client, and the correct outcome. Carries it out.

use std::future::Future;
use std::time::Duration;

use sdk_runtime::{Session, Tokens, client::ClientBuilder};
use tokio::time::timeout;

use crate::answers::{self, ACCESS, REFRESH};
use crate::api::{ApiClient, Asks, BUSY, Got, HastyAndBusyClient, HastyClient, PatientClient, kind, texts};
use crate::network::Network;
use crate::plan::{FAR, Plan};
use crate::server::{FRAMED, Server};
use crate::socket::certificate;

/// No await of a case takes this long; what does, hangs. One that is tried again has longer timeouts, and
/// may take [`BUSY`] times as long.
const GUARD: Duration = Duration::from_secs(60);

/// The value that the server meant.
pub(crate) const VALUE: &str = "the value";
/// What came of it, where nothing tells that more would come.
pub(crate) const PART: &str = "what came of the value";
/// The outcome of a case that was made by chance.
pub(crate) const ANY: &str = "anything";

/// What refreshes the login of a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Refreshes {
    #[default]
    Never,
    Patiently,
    Hastily,
    /// At a machine that is busy.
    HastilyAndBusy,
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The row of the table; one stands for many cases.
    pub(crate) row: String,
    /// Where in the row it is.
    pub(crate) at: String,
    pub(crate) plan: Plan,
    pub(crate) asks: Asks,
    pub(crate) refreshes: Refreshes,
    /// How long a call may take, where the default is too long.
    pub(crate) timeout: Option<Duration>,
    pub(crate) guard: Duration,
    pub(crate) body_limit: Option<usize>,
    /// How often the same is asked first, and served.
    pub(crate) before: usize,
    /// Whether the client has closed every connection before it is asked again.
    pub(crate) settled: bool,
    /// What another origin does, to which `OTHER` in the plan leads; there `MAIN` leads back.
    pub(crate) other: Option<Plan>,
    /// Whether the request is so large that it cannot be sent to a server that does not read it.
    pub(crate) is_unread: bool,
    /// Whether a flood may be read until the call is over, since nothing of it is kept.
    pub(crate) reads_on: bool,
    pub(crate) right: Right,
}

/// What is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Right {
    pub(crate) came: String,
    /// How often the request is sent by a call that may send it once more; `None` where that is left to
    /// chance.
    pub(crate) sent: Option<usize>,
    pub(crate) refreshes: usize,
    /// How many requests the other origin gets.
    pub(crate) strayed: usize,
    pub(crate) signed_in: bool,
}

/// What a server can get rid of on a connection whose client has read as much as it may: limits are below 2
/// MiB, and systems hold the rest.
const MOST: u64 = 12 << 20;

impl Case {
    pub(crate) fn new(
        row: impl Into<String>,
        asks: Asks,
        plan: Plan,
        came: impl Into<String>,
        sent: usize,
    ) -> Self {
        Self {
            row: row.into(),
            at: String::new(),
            plan,
            asks,
            refreshes: Refreshes::Never,
            timeout: None,
            guard: GUARD,
            body_limit: None,
            before: 0,
            settled: false,
            other: None,
            is_unread: false,
            reads_on: false,
            right: Right {
                came: came.into(),
                sent: Some(sent),
                refreshes: 0,
                strayed: 0,
                signed_in: asks != Asks::SignIn,
            },
        }
    }

    pub(crate) fn at(mut self, at: impl Into<String>) -> Self {
        self.at = at.into();
        self
    }

    pub(crate) fn timeout(mut self, millis: u64) -> Self {
        self.timeout = Some(Duration::from_millis(millis));
        self
    }

    pub(crate) fn body_limit(mut self, limit: usize) -> Self {
        self.body_limit = Some(limit);
        self
    }

    pub(crate) fn before(mut self, times: usize) -> Self {
        self.before = times;
        self
    }

    pub(crate) fn settled(mut self) -> Self {
        self.settled = true;
        self
    }

    pub(crate) fn unread(mut self) -> Self {
        self.is_unread = true;
        self
    }

    pub(crate) fn sent_by_chance(mut self) -> Self {
        self.right.sent = None;
        self
    }

    /// Another origin does what `plan` says, and gets so many requests.
    pub(crate) fn other(mut self, plan: Plan, strayed: usize) -> Self {
        self.other = Some(plan);
        self.right.strayed = strayed;
        self
    }

    pub(crate) fn reads_on(mut self, reads_on: bool) -> Self {
        self.reads_on = reads_on;
        self
    }

    pub(crate) fn refreshes(mut self, refreshes: Refreshes, times: usize) -> Self {
        self.refreshes = refreshes;
        self.right.refreshes = times;
        self
    }

    pub(crate) fn signed_in(mut self, signed_in: bool) -> Self {
        self.right.signed_in = signed_in;
        self
    }

    /// The same case with longer timeouts; `None` if it is about none.
    fn longer(&self) -> Option<Self> {
        let refreshes = match self.refreshes {
            Refreshes::Hastily => Refreshes::HastilyAndBusy,
            other => other,
        };
        let is_timed = self.timeout.is_some() || refreshes != self.refreshes;
        let (timeout, guard) = (self.timeout.map(|it| it * BUSY), GUARD * BUSY);
        is_timed.then(|| Self { refreshes, timeout, guard, ..self.clone() })
    }

    /// Carries it out, and once more if its timeout may have ended what comes before the fault: a busy
    /// machine may take long for that. Gives what came, and what is wrong.
    pub(crate) async fn judged(self) -> (String, Vec<String>) {
        let longer = self.longer();
        let judged = self.run().await;
        match longer {
            Some(longer) if !judged.1.is_empty() => longer.run().await,
            _ => judged,
        }
    }

    /// Carries it out. Gives what came, and what is wrong.
    async fn run(self) -> (String, Vec<String>) {
        let (name, mut came) = (format!("{}, {}", self.row, self.at), String::new());
        let mut wrong = Wrong { name, guard: self.guard, findings: Vec::new() };
        let (server, other) = (Server::start().await, Server::start().await);
        server.does(self.plan.clone().leads("OTHER", other.address()));
        other.does(self.other.clone().unwrap_or_default().leads("MAIN", server.address()));
        let scheme = if self.plan.is_secure() { "https" } else { "http" };
        let url = format!("{scheme}://{}", server.address());
        let client = self.client(&url);
        for _ in 0..self.before {
            match wrong.within("a call before", self.asks.of(&client.api)).await {
                Some(Got { error: None, .. }) | None => {}
                Some(Got { error, .. }) => wrong.note(format!("a call before: {error:?}")),
            }
            if self.settled {
                wrong.within("a connection before", server.is_left()).await;
            }
        }
        if let Some(got) = wrong.within("the call", self.asks.of(&client.api)).await {
            came = self.judge(&got, &server, &client, &mut wrong);
            wrong.unless_equal("sent elsewhere", &self.right.strayed, &other.requests().len());
            let back = server.requests().into_iter().filter(|seen| seen.path == "/back");
            for seen in other.requests().into_iter().chain(back) {
                let is_signed =
                    |line: &str| line.starts_with("authorization:") || line.starts_with("cookie:");
                if seen.head.contains("planted") || seen.head.lines().any(is_signed) {
                    wrong.note(format!("a secret goes elsewhere: {}", seen.head));
                }
            }
        }
        // The next call is served after each case.
        let may_be_asked = self.refreshes == Refreshes::Never && !self.plan.is_proxy();
        if self.right.signed_in && may_be_asked && self.right.came != ANY {
            let fine =
                wrong.within("the next call", async { client.api.fine().timeout(self.guard).await }).await;
            match fine {
                Some(Ok(document)) => wrong.unless_equal("the next value", &7, &document.id),
                Some(Err(error)) => wrong.note(format!("the next call: {error:?}")),
                None => {}
            }
        }
        drop(client);
        wrong.within("a connection", server.is_left()).await;
        if self.is_unread && server.taken() > MOST * server.pushed().1 {
            wrong.note(format!("the client has gone on to send: {} bytes", server.taken()));
        }
        wrong.within("a connection elsewhere", other.is_left()).await;
        (came, wrong.findings)
    }

    fn client(&self, url: &str) -> Client {
        let proxy = self.plan.is_proxy().then(|| url.to_owned());
        let network = Network {
            only_roots: self.plan.is_secure().then(|| certificate().to_owned()),
            proxy: proxy.clone(),
            ..Network::default()
        };
        let base = if proxy.is_some() { "https://far.invalid" } else { url };
        let builder = ApiClient::builder(base).transport(network.transport()).retry(1);
        let builder = match self.timeout {
            Some(timeout) => builder.timeout(timeout),
            None => builder,
        };
        let builder = match self.body_limit {
            Some(limit) => builder.body_limit(limit),
            None => builder,
        };
        let client = Client::new(url, builder, self.refreshes);
        if self.asks != Asks::SignIn {
            client.session.sign_in(Tokens::new(ACCESS).refresh_token(REFRESH)).unwrap();
        }
        client
    }

    /// Gives what came.
    fn judge(&self, got: &Got, server: &Server, client: &Client, wrong: &mut Wrong) -> String {
        let whole = self.asks.whole();
        let came = match &got.error {
            Some(error) => {
                if texts(error).contains("planted") {
                    wrong.note(format!("an error shows a secret: {error:?}"));
                }
                kind(error)
            }
            None if got.value == whole => VALUE.to_owned(),
            None => PART.to_owned(),
        };
        let (pushed, connections) = server.pushed();
        if pushed > MOST * connections && !self.reads_on {
            wrong.note(format!("the client has read on: {pushed} bytes on {connections} connections"));
        }
        let path = match self.plan.is_framed() {
            true => FRAMED,
            false if self.plan.is_proxy() => FAR,
            false => self.asks.path(),
        };
        let (sent, refreshes) = (server.sent(path), server.sent("/refresh"));
        if self.right.came == ANY {
            // One that may be sent once more, and its replay; a refresh is in doubt once.
            let most = if matches!(self.asks, Asks::Create | Asks::SignIn) { 1 } else { 3 };
            if sent > most || refreshes > 2 {
                wrong.note(format!("sent {sent} times, with {refreshes} refreshes"));
            }
        } else {
            if !whole.starts_with(&got.value) {
                wrong.note(format!("another value: {:?}", got.value));
            }
            // Where it is a matter of chance, either is right.
            if !self.right.came.split(" or ").any(|right| right == came) {
                wrong.note(format!("{} is right, and it is {came}", self.right.came));
            }
            if let Some(right) = self.right.sent {
                wrong.unless_equal("sent", &right, &sent);
            }
            wrong.unless_equal("refreshes", &self.right.refreshes, &refreshes);
            let signed_in = client.session.state().is_signed_in();
            wrong.unless_equal("signed in", &self.right.signed_in, &signed_in);
        }
        if !wrong.findings.is_empty() {
            wrong.note(format!("of {:?}", got.error));
        }
        came
    }
}

/// By the proxy at `url`.
struct Client {
    api: ApiClient,
    session: Session,
}

impl Client {
    fn new(url: &str, builder: ClientBuilder<ApiClient>, refreshes: Refreshes) -> Self {
        let api = match refreshes {
            Refreshes::Never => builder.build(),
            Refreshes::Patiently => {
                builder.session(PatientClient::builder(url).build().unwrap().session()).build()
            }
            Refreshes::Hastily => {
                builder.session(HastyClient::builder(url).build().unwrap().session()).build()
            }
            Refreshes::HastilyAndBusy => {
                builder.session(HastyAndBusyClient::builder(url).build().unwrap().session()).build()
            }
        };
        let api = api.unwrap();
        let session = api.session().clone();
        Self { api, session }
    }
}

/// What is wrong with a case.
struct Wrong {
    name: String,
    guard: Duration,
    findings: Vec<String>,
}

impl Wrong {
    fn note(&mut self, finding: String) {
        self.findings.push(format!("{}: {finding}", self.name));
    }

    fn unless_equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, right: &T, is: &T) {
        if right != is {
            self.note(format!("{what}: {right:?} is right, and it is {is:?}"));
        }
    }

    async fn within<T>(&mut self, what: &str, work: impl Future<Output = T>) -> Option<T> {
        let done = timeout(self.guard, work).await.ok();
        if done.is_none() {
            self.note(format!("{what} hangs"));
        }
        done
    }
}

/// `plan`, with an answer to what is asked in the end.
pub(crate) fn fine(plan: Plan) -> Plan {
    plan.and("/fine", [answers::json(answers::Framing::Length).steps()])
}
