//! A refresh on the wire: what the server does with it, what goes wrong on the way, and what of that reaches
//! the process.

use std::sync::Arc;

use sdk_runtime::{
    error::{TransportError, TransportErrorKind},
    transport::TransportResponse,
};

use crate::api::{Signed, by_chance, pause};
use crate::history::{Came, Send, Token, What, token_in};
use crate::pages::{self, Answer, arrive, json, later, page};
use crate::process::Alive;
use crate::wire::{at_the_server, near};

/// What goes wrong with one refresh.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// It arrives late, or its answer does.
    LateThere,
    LateBack,
    /// The connection breaks before the server has it, or after.
    Lost,
    AnswerLost,
    NoConnection,
    /// It is never answered, and was never received, or was.
    Hangs,
    AnswerHangs,
    /// The server answers without a look at it.
    Error,
    TooMany,
    Overloaded,
    Kept,
    Portal,
    /// The server did it, and a gateway gave up.
    Gateway,
    /// The server did it, and what it says cannot be decoded.
    Undecodable,
}

impl Fault {
    fn of(process: &Alive) -> Self {
        let stage = &process.stage;
        if stage.has_portal() {
            return Self::Portal;
        }
        if stage.fails(stage.world.undecodable) {
            return Self::Undecodable;
        }
        if !stage.fails(stage.world.refresh_faults) {
            return Self::None;
        }
        match fastrand::u8(..16) {
            0 => Self::LateThere,
            1 => Self::LateBack,
            2 => Self::Lost,
            3 | 4 => Self::AnswerLost,
            5 => Self::NoConnection,
            6 => Self::Hangs,
            7 => Self::AnswerHangs,
            8 => Self::Error,
            9 => Self::TooMany,
            10 => Self::Overloaded,
            11 | 12 => Self::Kept,
            13 | 14 => Self::Portal,
            _ => Self::Gateway,
        }
    }

    fn is_received(self) -> bool {
        match self {
            Self::Lost | Self::NoConnection | Self::Hangs => false,
            Self::Error | Self::TooMany | Self::Overloaded | Self::Kept | Self::Portal => false,
            Self::None | Self::LateThere | Self::LateBack | Self::Undecodable => true,
            Self::AnswerLost | Self::AnswerHangs | Self::Gateway => true,
        }
    }
}

pub async fn refresh(
    process: Arc<Alive>,
    send: Send,
    refresh: Token,
) -> Result<TransportResponse, TransportError> {
    let mut waiting = Waiting { process: process.clone(), send, is_answered: false };
    let stage = process.stage.clone();
    let fault = Fault::of(&process);
    let late = fastrand::u64(5_000..40_000);
    let there = if fault == Fault::LateThere { late } else { near() };
    let back = if fault == Fault::LateBack { late } else { near() };
    if matches!(fault, Fault::None | Fault::LateThere | Fault::LateBack) {
        let until = stage.now() + there + back;
        process.note(What::OnTheWay { process: process.id, send, until });
    }
    // The server does not see it, or does: `None` in there is a refusal.
    let done: Option<Option<Signed>> = if fault.is_received() {
        let at_work = stage.clone();
        let work = move || {
            let refreshed = at_work.server().refresh(refresh, at_work.server_now());
            let (signed, noted) = match refreshed {
                Ok((signed, issued)) => (Some(signed), Some(issued)),
                Err(cost) => (None, cost),
            };
            noted.into_iter().for_each(|noted| at_work.note(noted));
            let obtained = signed.as_ref().and_then(|signed| token_in(&signed.access));
            obtained.into_iter().for_each(|access| at_work.note(What::Obtained { send, access }));
            signed
        };
        Some(at_the_server(&process, there, back, work).await)
    } else {
        pause(there..there + 1).await;
        process.lives().await;
        None
    };
    let (came, answer): (Came, Answer) = match (fault, done) {
        (Fault::NoConnection, _) => {
            waiting.answered(Came::NotSpent);
            return Err(TransportError::new(TransportErrorKind::Connect, "nothing listens there"));
        }
        (Fault::Hangs | Fault::AnswerHangs, _) => return std::future::pending().await,
        (Fault::Lost | Fault::AnswerLost, _) => (Came::Doubt, None),
        (Fault::Error, _) => (Came::Doubt, Some(page(500))),
        (Fault::TooMany, _) => (Came::NotSpent, Some(later(429))),
        (Fault::Overloaded, _) => (Came::NotSpent, Some(later(503))),
        (Fault::Gateway, _) => (Came::Doubt, Some(page(if by_chance(500) { 503 } else { 502 }))),
        (Fault::Kept, _) => some(pages::kept()),
        (Fault::Portal, _) => some(pages::portal()),
        (Fault::Undecodable, Some(Some(signed))) => (Came::Undecodable, Some(pages::undecodable(&signed))),
        (_, Some(Some(signed))) => {
            let access = token_in(&signed.access).unwrap();
            let refresh = signed.refresh.as_deref().and_then(token_in);
            (Came::Tokens { access, refresh }, Some(json(200, &signed)))
        }
        _ => (Came::Refused, Some(pages::refused())),
    };
    waiting.answered(came);
    arrive(answer)
}

fn some<T>((came, answer): (Came, T)) -> (Came, Option<T>) {
    (came, Some(answer))
}

/// Notes what becomes of a refresh on the wire.
struct Waiting {
    process: Arc<Alive>,
    send: Send,
    is_answered: bool,
}

impl Waiting {
    fn answered(&mut self, came: Came) {
        self.is_answered = true;
        let (process, seen) = (self.process.id, self.process.seen());
        self.process.note(What::Refreshed { process, send: self.send, came, seen });
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_answered {
            self.process.note(What::GivenUp { process: self.process.id, send: self.send });
        }
    }
}
