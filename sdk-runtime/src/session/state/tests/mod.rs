//! Tests of the state alone, without time, tasks or servers, and the world that they share.

use std::time::Duration;

use http::StatusCode;

use super::*;
use crate::session::state::message::{Demand, NotStored, RefreshOutcome, Refreshed, Rejection, Settled};
use crate::session::state::snapshot::Validity;
use crate::session::stored::Record;
use crate::session::token::Tokens;

mod complete;
mod cool_down;
mod history;
mod persist;
mod refresh_schedule;
mod table;
use crate::endpoint::Endpoint;
use crate::error::{ErrorResponse, ExpiredReason, UnavailableCause};

impl Core {
    fn take_events(&mut self) -> Vec<SessionEvent> {
        self.effects.get_mut().map(|effects| std::mem::take(&mut effects.events)).unwrap_or_default()
    }

    fn take_retired(&mut self) -> Vec<Error> {
        self.effects.get_mut().map(|effects| std::mem::take(&mut effects.retired)).unwrap_or_default()
    }
}

static ENDPOINT: Endpoint = Endpoint::new("Api::refresh", "POST", "/refresh");

fn tokens(access: &str) -> Credential {
    Credential {
        tokens: Tokens::new(access).refresh_token(format!("refresh of {access}")),
        header: None,

        origin: None,
        lifetime: None,
        age: Duration::ZERO,
    }
}

fn denied() -> RefreshOutcome {
    let answer = ErrorResponse::new(
        &ENDPOINT,
        StatusCode::UNAUTHORIZED,
        http::HeaderMap::new(),
        bytes::Bytes::new(),
        false,
    );
    RefreshOutcome::Denied(SessionExpired::rejected(None, answer))
}

fn unavailable(retry_after: Option<Duration>) -> RefreshOutcome {
    RefreshOutcome::NotSpent { cause: UnavailableCause::Timeout, retry_after }
}

fn not_stored() -> Box<NotStored> {
    let record = Record::empty(TokenId::first(1));
    Box::new(NotStored { record, error: crate::error::StoreError::timeout() })
}

struct World {
    core: Core,
    now: Now,
}

impl World {
    fn signed_in() -> Self {
        let mut core = Core::new(7, false);
        core.make_refreshable(Default::default());
        let now = crate::runtime::Clock::default().now();
        core.sign_in(tokens("one"), None, None, now).unwrap();
        Self { core, now }
    }

    fn me(&self) -> Identity {
        Identity { epoch: self.core.view().epoch, subject: self.active().tokens.subject.clone() }
    }

    fn active(&self) -> Arc<Snapshot> {
        match &self.core.view().phase {
            Phase::Active(snapshot) => snapshot.clone(),
            other => panic!("not active: {other:?}"),
        }
    }

    fn demand(&mut self, identity: &Identity, rejected: Option<Version>) -> Demand {
        self.demand_at("Api::x", identity, rejected)
    }

    fn demand_at(
        &mut self,
        endpoint: &'static str,
        identity: &Identity,
        rejected: Option<Version>,
    ) -> Demand {
        let rejected = rejected.map(|version| Rejection { version, login_over: None });
        self.core.demand(identity, Some(endpoint.into()), rejected.as_ref(), self.now)
    }

    fn start(&mut self) -> (FlightId, Grant) {
        let (me, version) = (self.me(), self.active().version);
        match self.demand(&me, Some(version)) {
            Demand::Start(start, _) => (start.flight, start.grant),
            other => panic!("no refresh starts: {other:?}"),
        }
    }

    fn finish(&mut self, flight: FlightId, outcome: RefreshOutcome) -> Option<Settled> {
        self.core.finish(flight, outcome, self.now)
    }

    fn is_saved(&mut self) {
        let serial = self.core.pending_write().unwrap().serial;
        self.core.write_done(serial);
        self.core.take_events();
    }

    fn refreshes(&mut self, outcome: RefreshOutcome) -> Settled {
        let Demand::Start(start, _) = self.core.demand_refresh(self.now) else { panic!("not refreshed") };
        self.finish(start.flight, outcome).unwrap()
    }
}
