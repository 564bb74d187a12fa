//! One process: a client with its session, which can be killed. Its threads are the tasks of a world, so a
//! death is that nothing it does reaches anything any more, and nothing comes back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use sdk_runtime::{ErrorResponse, Session, client::ClientBuilder, session::Verdict};

use crate::api::{ApiClient, perhaps_panic};
use crate::history::{Event, Process, Seen, What};
use crate::stage::Stage;
use crate::store::Handle;
use crate::wire::Wire;

pub struct Alive {
    pub id: Process,
    pub stage: Arc<Stage>,
    is_dead: AtomicBool,
    session: Mutex<Option<Session>>,
}

impl Alive {
    /// Begins a process, and those of it who listen.
    pub fn start(stage: &Arc<Stage>, id: Process) -> (Arc<Self>, ApiClient) {
        let process = Arc::new(Self {
            id,
            stage: stage.clone(),
            is_dead: AtomicBool::new(false),
            session: Mutex::default(),
        });
        stage.note(What::Start { process: id });
        let clock = stage.clone();
        let mut builder: ClientBuilder<ApiClient> = ApiClient::builder("http://localhost")
            .transport(Wire::new(process.clone()))
            .wall_clock(move || clock.wall());
        if stage.world.store.is_some() {
            builder = builder.store(Handle::new(process.clone()));
        }
        if stage.world.judge {
            let process = process.clone();
            builder = builder.token_bad(move |answer| process.judge(answer));
        }
        let client = builder.build().unwrap();
        let session = client.session().clone();
        tokio::spawn(listen(process.clone(), session.events()));
        tokio::spawn(never_listen(session.events()));
        *process.session.lock().unwrap() = Some(session);
        (process, client)
    }

    pub fn kill(&self) {
        self.stage.note(What::Kill { process: self.id });
        self.stage.cell().release(self.id);
        self.end();
    }

    /// The end of a program: its runtime goes, and what is under way on it.
    pub fn exit(&self) {
        if !self.is_dead() {
            self.stage.note(What::Exit { process: self.id });
            self.kill();
        }
    }

    /// Nothing of it reaches anything from here on.
    pub fn end(&self) {
        self.is_dead.store(true, Ordering::Relaxed);
    }

    /// What is left of a process when its world is over.
    pub fn bury(&self) {
        self.session.lock().unwrap().take();
    }

    pub fn is_dead(&self) -> bool {
        self.is_dead.load(Ordering::Relaxed)
    }

    /// Never returns to a process that is dead.
    pub async fn lives(&self) {
        if self.is_dead() {
            std::future::pending::<()>().await;
        }
    }

    pub fn seen(&self) -> Seen {
        self.session.lock().unwrap().as_ref().map_or(Seen::Closed, |session| session.state().into())
    }

    /// The same, and whether the server takes its token.
    pub fn seen_with_server(&self) -> (Seen, bool) {
        let seen = self.seen();
        let access = seen.signed().and_then(|signed| signed.access);
        let now = self.stage.server_now();
        let is_live = access.is_some_and(|access| self.stage.server().user(access, now).is_ok());
        (seen, is_live)
    }

    /// A judge of the user's: says what the default would, and that a login is over.
    fn judge(&self, answer: &ErrorResponse) -> Verdict {
        perhaps_panic();
        if answer.status() != 401 {
            return Verdict::Surface;
        }
        let over = answer.headers().contains_key("x-over");
        self.judged(answer.headers(), over);
        if over { Verdict::LoginOver } else { Verdict::TokenBad }
    }

    /// The session is told that what was answered with `headers` was signed with a rejected token.
    pub fn judged(&self, headers: &http::HeaderMap, over: bool) {
        let number = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()?.parse().ok());
        if let (Some(op), Some(access)) = (number("x-op"), number("x-access")) {
            let seen = self.seen();
            self.note(What::Judged { process: self.id, op, access, over, seen });
        }
    }

    /// Writes down what is seen of a process, as long as it lives.
    pub fn note(&self, what: What) {
        if !self.is_dead() {
            self.stage.note(what);
        }
    }
}

async fn listen(process: Arc<Alive>, mut events: sdk_runtime::session::SessionEvents) {
    while let Some(event) = events.next().await {
        process.note(What::Told { process: process.id, event: Event::from(event) });
    }
}

/// Holds a place among those who listen, and never does.
async fn never_listen(events: sdk_runtime::session::SessionEvents) {
    std::future::pending::<()>().await;
    drop(events);
}
