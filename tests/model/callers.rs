//! Those who use a client: they call, sign in and out, go away and lose patience, by chance.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use sdk_runtime::{CancellationToken, Error};

use crate::api::{ApiClient, Who, by_chance, pause};
use crate::history::{Doing, Outcome, What, token_in};
use crate::process::Alive;
use crate::world::World;

/// Works with `client` until it is calm or the process is dead.
pub async fn live(process: Arc<Alive>, client: ApiClient) {
    let world = &process.stage.world;
    loop {
        pause(1..world.haste).await;
        if process.stage.is_calm() || process.is_dead() {
            return;
        }
        let doing = if by_chance(world.signs) { signing() } else { using(world) };
        let patience = by_chance(150).then(|| fastrand::u64(1..3_000));
        perform(&process, &client, doing, patience).await;
    }
}

fn signing() -> Doing {
    let user = fastrand::choice(["ann", "ann", "bob"]).unwrap_or("ann");
    match fastrand::u8(..6) {
        0..=2 => Doing::Login(user),
        3 => Doing::SignIn(user),
        4 => Doing::SignOut,
        _ => Doing::Logout,
    }
}

fn using(world: &World) -> Doing {
    if world.forbids && by_chance(600) {
        let doing = [Doing::Closed, Doing::Sealed, Doing::Issue(1), Doing::Issue(2), Doing::Moody];
        return fastrand::choice(doing).unwrap_or(Doing::Closed);
    }
    if world.unsigned && by_chance(300) {
        return if by_chance(500) { Doing::Open } else { Doing::Fetch };
    }
    match fastrand::u8(..40) {
        0 => Doing::Refresh,
        1 | 2 => Doing::AccessToken,
        3 => Doing::Resume,
        4 => Doing::Flush,
        5 | 6 => Doing::Maybe,
        _ => Doing::Call,
    }
}

/// Does it, to the end or for as long as there is patience.
pub async fn perform(
    process: &Arc<Alive>,
    client: &ApiClient,
    doing: Doing,
    patience: Option<u64>,
) -> Outcome {
    let op = process.stage.next();
    let (seen, is_live) = process.seen_with_server();
    process.note(What::Begin { process: process.id, op, doing, seen, is_live });
    let work = caught(carry_out(process, client, doing, op));
    let outcome = match patience {
        Some(patience) => {
            tokio::time::timeout(Duration::from_millis(patience), work).await.unwrap_or(Some(Outcome::Left))
        }
        None => work.await,
    };
    if waits_for_the_store(doing) {
        // Tokio wakes those who wait for one change in an order of its own chance, so they come here in turn.
        tokio::time::sleep(Duration::from_millis(1 + u64::from(op) % 997)).await;
    }
    let outcome = outcome.unwrap_or(Outcome::Panicked);
    let (seen, is_live) = process.seen_with_server();
    process.note(What::End { process: process.id, op, outcome: outcome.clone(), seen, is_live });
    outcome
}

fn waits_for_the_store(doing: Doing) -> bool {
    matches!(doing, Doing::Login(_) | Doing::Resume | Doing::Logout | Doing::Flush | Doing::Shutdown)
}

async fn carry_out(process: &Arc<Alive>, client: &ApiClient, doing: Doing, op: u32) -> Outcome {
    let session = client.session();
    match doing {
        Doing::Call
        | Doing::Last
        | Doing::Maybe
        | Doing::Closed
        | Doing::Sealed
        | Doing::Issue(_)
        | Doing::Moody
        | Doing::Open
        | Doing::Fetch => {
            let call = match doing {
                Doing::Maybe => client.maybe(op),
                Doing::Closed => client.closed(op),
                Doing::Sealed => client.sealed(op),
                Doing::Issue(issue) => client.issue(issue, op),
                Doing::Moody => client.moody(op),
                Doing::Open => client.open(op),
                Doing::Fetch => client.fetch(&format!("https://elsewhere.example/fetch/{op}")),
                _ if by_chance(300) => client.alter(op, "a text"),
                _ => client.mine(op),
            };
            let limited = |within, is_timeout| process.note(What::Limited { op, within, is_timeout });
            let hurries = doing != Doing::Last && by_chance(100);
            let call = if hurries {
                let timeout = fastrand::u64(50..5_000);
                limited(timeout, true);
                call.timeout(Duration::from_millis(timeout))
            } else {
                call
            };
            let token = CancellationToken::new();
            if doing != Doing::Last && by_chance(100) {
                let (cancelled, within) = (token.clone(), fastrand::u64(1..2_000));
                limited(within, false);
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(within)).await;
                    cancelled.cancel();
                });
            }
            match call.cancel_on(&token).await {
                Ok(_) if !doing.is_call() => Outcome::Done,
                Ok(mine) => Outcome::As(mine.user),
                Err(error) => error.into(),
            }
        }
        Doing::Login(user) => done(client.login(&Who { user }).await),
        Doing::SignIn(user) => {
            let stage = &process.stage;
            let (mut signed, issued) = stage.server().sign_in(user, stage.server_now());
            stage.note(issued);
            // Of tokens at hand it would say that they have lapsed.
            signed.seconds = signed.seconds.filter(|seconds| *seconds > 0);
            done(session.sign_in(signed.given()))
        }
        Doing::SignOut => {
            session.sign_out();
            Outcome::Done
        }
        Doing::Logout => done(client.logout().await),
        Doing::Refresh => done(session.refresh().await),
        Doing::AccessToken => match session.access_token().await {
            Ok(token) => Outcome::Token(token_in(token.expose())),
            Err(error) => error.into(),
        },
        Doing::Resume => done(session.resume().await),
        Doing::Flush => done(session.flush().await.map_err(Error::from)),
        Doing::Shutdown => done(session.shutdown().await.map_err(Error::from)),
    }
}

fn done<T>(result: Result<T, Error>) -> Outcome {
    result.map_or_else(Outcome::from, |_| Outcome::Done)
}

/// The output of `work`, or `None` when it panics.
async fn caught<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}
