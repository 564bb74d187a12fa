//! The table of every event in every state, which is `docs/session.md`.
//!
//! `SESSION_TABLE=write cargo test -p sdk-runtime table` writes it; read the difference before you
//! commit it.

use std::fmt::Write as _;

use super::*;
use crate::session::stored::StoredCredential;

/// A state as the document names it, its meaning, and how it is reached.
type State = (&'static str, &'static str, fn() -> World);

const STATES: [State; 13] = [
    ("unloaded", "there is a store, and it has not been read yet", unloaded),
    ("signed out", "no user is signed in", signed_out),
    ("resuming", "no user is signed in, and a refresh is in progress that is to sign in", || {
        let mut world = signed_out();
        world.core.demand_resume(world.now);
        world
    }),
    ("fresh", "the access token signs", || aged(0)),
    ("stale", "it signs, and lapses soon", || aged(900)),
    ("due", "it is about to lapse", || aged(980)),
    ("lapsed", "it has lapsed, or a server has rejected it", || aged(2000)),
    ("refreshing", "a refresh is in progress, and nothing signs meanwhile", || begun(2000)),
    ("refreshing with a fallback", "a refresh is in progress, and the access token still signs", || {
        begun(980)
    }),
    ("cooling down", "a refresh has failed, and none starts for a while", || ended(2000, unavailable(None))),
    ("refresh denied", "the refresh was denied for good, and the access token signs until it lapses", || {
        ended(980, denied())
    }),
    ("expired", "the login is over", || ended(2000, denied())),
    ("closed", "the session is over for good", || {
        let mut world = aged(0);
        world.core.close();
        world
    }),
];

type Happens = fn(&mut World) -> Option<String>;

/// What may happen, and the result for the caller. `None`: it cannot happen in this state.
const EVENTS: [(&str, Happens); 20] = [
    ("a call", |world| Some(world.call())),
    ("a server rejects the token of a call", |world| {
        let version = world.version()?;
        let me = world.me();
        Some(told(&world.demand(&me, Some(version))))
    }),
    ("a server says the login is over", |world| {
        let version = world.version()?;
        let expired = SessionExpired::new(ExpiredReason::LoginOver);
        Some(
            world
                .core
                .login_over(version, expired)
                .map_or("the answer".to_owned(), |_| "`SessionExpired`".to_owned()),
        )
    }),
    ("`refresh()`", |world| Some(world.asks(Core::demand_refresh))),
    ("`resume()`", |world| Some(world.asks(Core::demand_resume))),
    ("the refresh gives tokens", |world| world.ends(RefreshOutcome::Success(living().into()))),
    ("the refresh is denied for good", |world| world.ends(denied())),
    ("the refresh is refused for now", |world| world.ends(unavailable(None))),
    ("the outcome of the refresh is unknown", |world| {
        world.ends(RefreshOutcome::Unknown { cause: UnavailableCause::Timeout, retry_after: None })
    }),
    ("the refresh is answered by a success that cannot be decoded", |world| {
        world.ends(cool_down::undecodable("no token"))
    }),
    ("the server does not accept the request of the refresh", |world| {
        world.ends(RefreshOutcome::Misconfigured(UnavailableCause::Timeout))
    }),
    ("the refresh finds newer tokens of the login in the store", |world| {
        let id = world.core.id.clone()?.next(0);
        world.ends(RefreshOutcome::Adopted(Box::new(loaded(id))))
    }),
    ("the refresh finds another login in the store", |world| {
        world.core.id.clone()?;
        world.ends(RefreshOutcome::Adopted(Box::new(loaded(TokenId::first(1)))))
    }),
    ("the refresh finds the login ended in the store", |world| {
        world.core.id.clone()?;
        world.ends(RefreshOutcome::Gone)
    }),
    ("the store has a login", |world| world.loads(Some(loaded(TokenId::first(2))))),
    ("the store has none", |world| world.loads(None)),
    ("`network_changed()`", |world| {
        world.core.network_changed(world.now);
        Some("done".to_owned())
    }),
    ("sign-in", |world| {
        let result = world.core.sign_in(living(), None, None, world.now);
        Some(result.map_or_else(error, |()| "done".to_owned()))
    }),
    ("sign-out", |world| Some(world.core.sign_out().map_or_else(error, |_| "done".to_owned()))),
    ("`close()`", |world| {
        world.core.close();
        Some("done".to_owned())
    }),
];

fn now() -> Now {
    crate::runtime::Clock::default().now()
}

fn unloaded() -> World {
    let mut core = Core::new(7, true);
    core.make_refreshable(Default::default());
    World { core, now: now() }
}

fn signed_out() -> World {
    let mut world = unloaded();
    world.core.loaded(None, world.now);
    world
}

/// Signed in for `seconds`, with a token that lives for 1000 s and is in the store.
fn aged(seconds: u64) -> World {
    let mut world = unloaded();
    world.core.sign_in(living(), None, None, world.now).unwrap();
    world.core.write_done(1);
    world.now += Duration::from_secs(seconds);
    world
}

fn begun(seconds: u64) -> World {
    let mut world = aged(seconds);
    world.call();
    world
}

fn ended(seconds: u64, outcome: RefreshOutcome) -> World {
    let mut world = begun(seconds);
    world.ends(outcome);
    world
}

fn living() -> Credential {
    Credential { lifetime: Some(Duration::from_secs(1000)), ..tokens("one") }
}

fn loaded(id: TokenId) -> StoredCredential {
    StoredCredential { id, credential: living(), jar: Arc::default(), undecodable: None }
}

impl World {
    fn version(&self) -> Option<Version> {
        match &self.core.view().phase {
            Phase::Active(snapshot) => Some(snapshot.version),
            _ => None,
        }
    }

    /// A call that starts now, by the user who is signed in.
    fn call(&mut self) -> String {
        let me = Identity { epoch: self.core.view().epoch, subject: None };
        self.asks(|core, now| core.demand(&me, Some("Api::x".into()), None, now))
    }

    /// The shell reads the store first.
    fn asks(&mut self, demand: impl FnOnce(&mut Core, Now) -> Demand) -> String {
        match &self.core.view().phase {
            Phase::Unloaded => "waits for a read of the store".to_owned(),
            _ => told(&demand(&mut self.core, self.now)),
        }
    }

    fn ends(&mut self, outcome: RefreshOutcome) -> Option<String> {
        let (flight, epoch) = (self.core.flight?.id, self.core.view().epoch);
        let had = self.version().is_some();
        Some(match self.finish(flight, outcome)? {
            Ok(()) if had && self.core.view().epoch != epoch => "waiters: `IdentityChanged`".to_owned(),
            Ok(()) => "waiters go on".to_owned(),
            Err(failed) => format!("waiters: {}", error(failed)),
        })
    }

    fn loads(&mut self, login: Option<StoredCredential>) -> Option<String> {
        matches!(self.core.view().phase, Phase::Unloaded).then(|| {
            self.core.loaded(login, self.now);
            "waiters go on".to_owned()
        })
    }

    /// The state, as the document names it.
    fn state(&self) -> &'static str {
        let cools = self.core.cool_down.as_ref().is_some_and(|cool_down| self.now.mono < cool_down.until);
        match &self.core.view().phase {
            Phase::Unloaded => "unloaded",
            Phase::SignedOut if self.core.flight.is_some() => "resuming",
            Phase::SignedOut => "signed out",
            Phase::Expired(_) => "expired",
            Phase::Closed => "closed",
            Phase::Active(snapshot) => match (snapshot.validity(|| self.now), self.core.flight.is_some()) {
                (Validity::Lapsed | Validity::Rejected, true) => "refreshing",
                (_, true) => "refreshing with a fallback",
                _ if self.core.refresh_denied.is_some() => "refresh denied",
                _ if cools => "cooling down",
                (Validity::Fresh, _) => "fresh",
                (Validity::Stale, _) => "stale",
                (Validity::Due, _) => "due",
                (Validity::Lapsed | Validity::Rejected, _) => "lapsed",
            },
        }
    }
}

fn told(demand: &Demand) -> String {
    match demand {
        Demand::Sign(_) => "signs".to_owned(),
        Demand::SignAndStart(..) => "signs; a refresh starts in the background".to_owned(),
        Demand::Join(None) => "waits for the refresh".to_owned(),
        Demand::Join(Some(_)) => "waits for the refresh, and signs if it fails".to_owned(),
        Demand::Start(_, None) => "a refresh starts; waits for it".to_owned(),
        Demand::Start(_, Some(_)) => "a refresh starts; waits for it, and signs if it fails".to_owned(),
        Demand::Fail(failed) => error(failed.clone()),
    }
}

fn error(error: Error) -> String {
    let shown = format!("{error:?}");
    format!("`{}`", shown.split(['(', ' ']).next().unwrap_or_default())
}

fn events(core: &mut Core) -> String {
    let named = |event: SessionEvent| match event {
        SessionEvent::SignedIn(_) => "`SignedIn`",
        SessionEvent::Loaded(_) => "`Loaded`",
        SessionEvent::Refreshed(_) => "`Refreshed`",
        SessionEvent::RefreshFailing(_) => "`RefreshFailing`",
        SessionEvent::Expired(_) => "`Expired`",
        SessionEvent::SignedOut => "`SignedOut`",
        SessionEvent::Closed => "`Closed`",
        _ => "?",
    };
    core.take_events().into_iter().map(named).collect::<Vec<_>>().join(", ")
}

fn document() -> String {
    let mut text = String::from(
        "Each event in each state: the state that follows, the result for the caller, the\n\
         [`SessionEvent`](crate::session::SessionEvent)s, and what the store is to hold from then on. An \
         event that is\n\
         not listed cannot happen in that state. A call that waits while its token still signs\n\
         is signed with it if the refresh fails. A refresh writes the tokens that it receives to the store \
         itself.\n\n\
         The tests of the crate write this page and compare it: it is what the code does.\n\n\
         | state | what it means |\n|---|---|\n",
    );
    for (state, meaning, _) in STATES {
        let _ = writeln!(text, "| {state} | {meaning} |");
    }
    for (state, _, enter) in STATES {
        let _ = writeln!(text, "\n## {}{}\n", state[..1].to_uppercase(), &state[1..]);
        text.push_str("| event | next state | result | events | store |\n|---|---|---|---|---|\n");
        for (event, happens) in EVENTS {
            let mut world = enter();
            assert_eq!(world.state(), state, "the way into a state leads there");
            world.core.take_events();
            let serial = world.core.serial;
            let Some(told) = happens(&mut world) else { continue };
            let store = match world.core.pending_write() {
                Some(pending) if pending.serial > serial && pending.record.is_some() => "the login",
                Some(pending) if pending.serial > serial => "nothing",
                _ => "",
            };
            let becomes = if world.state() == state { "" } else { world.state() };
            let _ =
                writeln!(text, "| {event} | {becomes} | {told} | {} | {store} |", events(&mut world.core));
        }
    }
    text
}

#[test]
fn the_table_of_states_is_what_the_core_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/session.md");
    let text = document();
    if std::env::var_os("SESSION_TABLE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    for (line, (wrote, does)) in written.lines().zip(text.lines()).enumerate() {
        assert_eq!(wrote, does, "docs/session.md:{}: `SESSION_TABLE=write` writes it", line + 1);
    }
    assert_eq!(written, text);
}
