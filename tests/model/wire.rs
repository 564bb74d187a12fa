//! The network between a process and the server: it is late, it loses requests and answers, and pages of others come out of it.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use sdk_runtime::{
    ResponseBody, Transport, TransportError, TransportErrorKind, TransportFuture, TransportRequest,
    TransportResponse,
};
use serde::Serialize;
use tokio::sync::oneshot;

use crate::api::{Mine, Renew, Signed, by_chance, pause};
use crate::history::{Came, Op, Send, Token, What, token_in};
use crate::process::Alive;
use crate::server::bearer;

pub struct Wire(Arc<Alive>);

impl Wire {
    pub fn new(process: Arc<Alive>) -> Self {
        Self(process)
    }
}

/// An answer of the server; `None` where the connection breaks instead.
type Answer = Option<Response<String>>;

impl Transport for Wire {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let process = self.0.clone();
        let body = request.body.as_ref().and_then(|body| body.bytes()).cloned().unwrap_or_default();
        let path = request.url.path().to_owned();
        match path.as_str() {
            "/refresh" => {
                let refresh = token_in(&serde_json::from_slice::<Renew>(&body).unwrap().refresh).unwrap();
                let send = process.stage.next();
                let seen = process.seen();
                process.note(What::Renewal { process: process.id, send, refresh, seen });
                Box::pin(renewal(process, send, refresh))
            }
            "/login" => {
                let user = if body.windows(3).any(|part| part == b"ann") { "ann" } else { "bob" };
                Box::pin(session(process, None, user))
            }
            "/logout" => {
                let refresh = token_in(&serde_json::from_slice::<Renew>(&body).unwrap().refresh);
                Box::pin(session(process, refresh, ""))
            }
            _ => {
                let op = path.rsplit('/').next().unwrap().parse().unwrap();
                let access = bearer(&request.headers);
                let line = format!("{} {} {}", request.method, path, String::from_utf8_lossy(&body));
                let seen = process.seen();
                process.note(What::Request { process: process.id, op, access, line, seen });
                Box::pin(call(process, op, access, path.starts_with("/maybe")))
            }
        }
    }
}

/// Has the server at work for somebody who may go away meanwhile, `there` and `back` milliseconds away.
async fn at_the_server<T: std::marker::Send + 'static>(
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

fn near() -> u64 {
    fastrand::u64(1..150)
}

async fn renewal(
    process: Arc<Alive>,
    send: Send,
    refresh: Token,
) -> Result<TransportResponse, TransportError> {
    let mut waiting = Waiting { process: process.clone(), send, is_answered: false };
    let stage = process.stage.clone();
    let at_work = stage.clone();
    let work = move || {
        let renewed = at_work.server().renew(refresh, at_work.server_now());
        match renewed {
            Ok((signed, issued)) => {
                at_work.note(issued);
                Ok(signed)
            }
            Err(cost) => {
                cost.into_iter().for_each(|cost| at_work.note(cost));
                Err(())
            }
        }
    };
    let fault = if stage.fails(stage.world.renewal_faults) { fastrand::u32(1..=13) } else { 0 };
    let late = fastrand::u64(5_000..40_000);
    let (there, back) = match fault {
        1 => (late, near()),
        2 => (near(), late),
        _ => (near(), near()),
    };
    // What the server does with it, and what is heard of that.
    let worked = match fault {
        3..=5 | 9..=12 => {
            pause(there..there + 1).await;
            process.lives().await;
            None
        }
        _ => Some(at_the_server(&process, there, back, work).await),
    };
    let (came, answer) = match (fault, worked) {
        (3, _) => (Came::Doubt, None),
        (4, _) => {
            let error = TransportError::new(TransportErrorKind::Connect, "nobody is there");
            waiting.answered(Came::NotSpent);
            return Err(error);
        }
        (5 | 6, _) => return std::future::pending().await,
        (7, _) => (Came::Doubt, None),
        (8, _) => (Came::Doubt, Some(page(200))),
        (9, _) => (Came::Doubt, Some(page(500))),
        (10, _) => (Came::NotSpent, Some(later(429))),
        (11, _) => (Came::NotSpent, Some(later(503))),
        (12, _) => (Came::Foreign, Some(page(403))),
        (13, Some(_)) => (Came::Doubt, Some(page(503))),
        (_, Some(Ok(signed))) => {
            let access = token_in(&signed.access).unwrap();
            let refresh = signed.refresh.as_deref().and_then(token_in);
            (Came::Tokens { access, refresh }, Some(json(200, &signed)))
        }
        _ => (Came::Refused, Some(json(400, &serde_json::json!({ "error": "invalid_grant" })))),
    };
    waiting.answered(came);
    arrive(answer)
}

/// Notes what becomes of a renewal on the wire.
struct Waiting {
    process: Arc<Alive>,
    send: Send,
    is_answered: bool,
}

impl Waiting {
    fn answered(&mut self, came: Came) {
        self.is_answered = true;
        let (process, seen) = (self.process.id, self.process.seen());
        self.process.note(What::Renewed { process, send: self.send, came, seen });
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_answered {
            self.process.note(What::GivenUp { process: self.process.id, send: self.send });
        }
    }
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
    optional: bool,
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
        Some(access) => at_work.server().user(access, at_work.server_now()),
        None if optional => Ok("nobody"),
        None => Err(false),
    })
    .await;
    let status = if user.is_ok() { 200 } else { 401 };
    process.note(What::Answer { process: process.id, op, status });
    arrive(Some(match user {
        Ok(user) => json(200, &Mine { user: user.to_owned() }),
        Err(over) => {
            let mut refused = json(401, &());
            refused.headers_mut().insert("x-op", http::HeaderValue::from(op));
            if let Some(access) = access {
                refused.headers_mut().insert("x-access", http::HeaderValue::from(access));
            }
            if over && stage.world.revokes {
                refused.headers_mut().insert("x-over", http::HeaderValue::from_static("1"));
            }
            if !stage.world.judge {
                // The default judge is as sure to see it as this answer is to arrive.
                process.judged(refused.headers(), false);
            }
            refused
        }
    }))
}

fn json(status: u16, body: &impl Serialize) -> Response<String> {
    answer(status, "application/json", serde_json::to_string(body).unwrap())
}

fn page(status: u16) -> Response<String> {
    answer(status, "text/html", "<html>".to_owned())
}

fn later(status: u16) -> Response<String> {
    let mut later = page(status);
    // Without it a 503 says nothing about whether it was done.
    if status == 503 || by_chance(500) {
        later.headers_mut().insert("retry-after", http::HeaderValue::from(fastrand::u32(0..30)));
    }
    later
}

fn answer(status: u16, media: &'static str, body: String) -> Response<String> {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(media));
    answer
}

fn arrive(answer: Answer) -> Result<TransportResponse, TransportError> {
    let broken = || TransportError::new(TransportErrorKind::Request, "the connection broke");
    let body = |text: String| {
        ResponseBody::new(http_body_util::BodyExt::map_err(
            Full::new(Bytes::from(text)),
            |never| match never {},
        ))
    };
    answer.map(|answer| answer.map(body)).ok_or_else(broken)
}
