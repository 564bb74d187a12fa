//! The network between a process and the server: it is late, it loses requests and answers, and pages of
//! others come out of it.

use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use sdk_runtime::{
    error::TransportError,
    transport::{Transport, TransportFuture, TransportRequest, TransportResponse},
};
use tokio::sync::oneshot;

use crate::api::{Mine, Refresh, Signed, by_chance, pause};
use crate::history::{Op, Token, What, token_in};
use crate::pages::{arrive, json, page, with};
use crate::process::Alive;
use crate::refreshing;
use crate::server::bearer;
use crate::stage::Stage;

pub struct Wire(Arc<Alive>);

impl Wire {
    pub fn new(process: Arc<Alive>) -> Self {
        Self(process)
    }
}

impl Transport for Wire {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let process = self.0.clone();
        let body = request.body.as_ref().and_then(|body| body.bytes()).cloned().unwrap_or_default();
        let path = request.url.path().to_owned();
        match path.as_str() {
            "/refresh" => {
                let refresh = token_in(&serde_json::from_slice::<Refresh>(&body).unwrap().refresh).unwrap();
                let send = process.stage.next();
                let seen = process.seen();
                process.note(What::Refresh { process: process.id, send, refresh, seen });
                Box::pin(refreshing::refresh(process, send, refresh))
            }
            "/login" => {
                let user = if body.windows(3).any(|part| part == b"ann") { "ann" } else { "bob" };
                Box::pin(session(process, None, user))
            }
            "/logout" => {
                let refresh = token_in(&serde_json::from_slice::<Refresh>(&body).unwrap().refresh);
                Box::pin(session(process, refresh, ""))
            }
            _ => {
                let op = path.rsplit('/').next().unwrap().parse().unwrap();
                let access = bearer(&request.headers);
                let line = format!("{} {} {}", request.method, path, String::from_utf8_lossy(&body));
                let seen = process.seen();
                process.note(What::Request { process: process.id, op, access, line, seen });
                Box::pin(call(process, op, access, path))
            }
        }
    }
}

/// Has the server at work for a client that may go away meanwhile, `there` and `back` milliseconds away.
pub async fn at_the_server<T: std::marker::Send + 'static>(
    process: &Arc<Alive>,
    there: u64,
    back: u64,
    work: impl FnOnce() -> T + std::marker::Send + 'static,
) -> T {
    let (told, answer) = oneshot::channel();
    let from = process.clone();
    tokio::spawn(async move {
        let was_dead = from.is_dead();
        pause(there..there + 1).await;
        // What was on its way when its sender died may arrive.
        if was_dead || from.is_dead() && by_chance(500) {
            return std::future::pending::<()>().await;
        }
        let came = work();
        pause(back..back + 1).await;
        let _ = told.send(came);
    });
    let came = answer.await.unwrap();
    process.lives().await;
    came
}

pub fn near() -> u64 {
    fastrand::u64(1..150)
}

/// A sign-in, or with a token the sign-out.
async fn session(
    process: Arc<Alive>,
    ends: Option<Token>,
    user: &'static str,
) -> Result<TransportResponse, TransportError> {
    let stage = process.stage.clone();
    let at_work = stage.clone();
    let signed: Option<Signed> = at_the_server(&process, near(), near(), move || match ends {
        Some(refresh) => {
            let revoked = at_work.server().revoke(refresh);
            at_work.note(revoked);
            None
        }
        None => {
            let (signed, issued) = at_work.server().sign_in(user, at_work.server_now());
            at_work.note(issued);
            Some(signed)
        }
    })
    .await;
    if stage.fails(stage.world.call_faults) {
        return arrive(None);
    }
    arrive(Some(match &signed {
        Some(signed) => json(200, signed),
        None => json(200, &()),
    }))
}

async fn call(
    process: Arc<Alive>,
    op: Op,
    access: Option<Token>,
    path: String,
) -> Result<TransportResponse, TransportError> {
    let stage = process.stage.clone();
    let at_work = stage.clone();
    let (mut there, mut back) = (near(), near());
    if stage.fails(stage.world.call_faults) {
        match fastrand::u8(..4) {
            0 => there = fastrand::u64(1_000..50_000),
            1 => back = fastrand::u64(1_000..50_000),
            2 => {
                pause(there..there + 1).await;
                process.lives().await;
                return arrive(None);
            }
            _ => {
                pause(there..there + 1).await;
                process.lives().await;
                process.note(What::Answer { process: process.id, op, status: 502 });
                return arrive(Some(page(502)));
            }
        }
    }
    let user = at_the_server(&process, there, back, move || match access {
        _ if is_unsigned(&path) => Ok("no user"),
        Some(_) if forbids(&at_work, &path) => Err(false),
        Some(access) => at_work.server().user(access, at_work.server_now()),
        None if path.starts_with("/maybe") => Ok("no user"),
        None => Err(false),
    })
    .await;
    let status = if user.is_ok() { 200 } else { 401 };
    process.note(What::Answer { process: process.id, op, status });
    arrive(Some(match user {
        Ok(user) => json(200, &Mine { user: user.to_owned() }),
        Err(over) => {
            let named = |answer, name, value| with(answer, HeaderName::from_static(name), value);
            let mut rejected = named(json(401, &()), "x-op", HeaderValue::from(op));
            if let Some(access) = access {
                rejected = named(rejected, "x-access", HeaderValue::from(access));
            }
            if over && stage.world.revokes {
                rejected = named(rejected, "x-over", HeaderValue::from_static("1"));
            }
            if !stage.world.judge {
                // The default judge is as sure to see it as this answer is to arrive.
                process.judged(rejected.headers(), false);
            }
            rejected
        }
    }))
}

/// Whether `path` is answered without a token.
fn is_unsigned(path: &str) -> bool {
    path.starts_with("/open/") || path.starts_with("/fetch/")
}

/// Whether the endpoint at `path` rejects every token now.
fn forbids(stage: &Stage, path: &str) -> bool {
    let (_, path) = path.split_once('/').unwrap();
    match path.split('/').collect::<Vec<_>>()[..] {
        ["closed" | "sealed", _] | ["issues", "2", _] => true,
        ["moody", _] => by_chance(300),
        _ => stage.world.forbids_all && !stage.is_calm(),
    }
}
