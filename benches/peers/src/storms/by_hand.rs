//! The shapes in which people write a refresh for many callers. Each gives a token that has not lapsed.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::Shared;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use tower_service::Service;

use super::service::{ADDRESS, Memory};
use crate::subject::{FIELDS, encoded};

/// A token and its end.
#[derive(Clone)]
pub struct Held {
    access: Arc<str>,
    refresh: Arc<str>,
    ends: Instant,
}

impl Held {
    pub fn first(lifetime: Duration) -> Self {
        let ends = Instant::now() + lifetime;
        Self { access: "the first token".into(), refresh: "a refresh token".into(), ends }
    }

    fn lives(&self) -> bool {
        Instant::now() < self.ends
    }
}

#[derive(Serialize)]
struct Asked<'a> {
    refresh_token: &'a str,
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
}

#[derive(Deserialize)]
struct Issue {
    id: u64,
}

/// Where callers get their token.
pub trait Source: Send + Sync + 'static {
    fn token(&self) -> impl Future<Output = Arc<str>> + Send;
}

/// A call by hand, over the service in memory.
pub async fn call(memory: Memory, source: Arc<impl Source>, id: u64) -> u64 {
    let token = source.token().await;
    let request = Request::get(format!("{ADDRESS}/issues/{id}?fields={}", encoded(FIELDS)))
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .body(Full::<Bytes>::default())
        .unwrap();
    serde_json::from_slice::<Issue>(&sent(memory, request).await).unwrap().id
}

/// The same with what a call of this client has too: a limit of time, and another send after a 401.
pub async fn call_with_replay(mut memory: Memory, source: Arc<MutexAroundAll>, id: u64) -> u64 {
    let sends = async {
        let address = format!("{ADDRESS}/issues/{id}?fields={}", encoded(FIELDS));
        let mut token = source.token().await;
        for is_last in [false, true] {
            let request = Request::get(&address)
                .header(ACCEPT, "application/json")
                .header(AUTHORIZATION, format!("Bearer {token}"))
                .body(Full::<Bytes>::default())
                .unwrap();
            let answer = memory.call(request).await.unwrap();
            if is_last || answer.status() != StatusCode::UNAUTHORIZED {
                assert!(answer.status().is_success());
                return answer.into_body().collect().await.unwrap().to_bytes();
            }
            token = source.after(Some(&*token)).await;
        }
        Bytes::new()
    };
    let body = tokio::time::timeout(Duration::from_secs(30), sends).await.unwrap();
    serde_json::from_slice::<Issue>(&body).unwrap().id
}

async fn refreshed(memory: Memory, held: &Held) -> Held {
    let body = serde_json::to_vec(&Asked { refresh_token: &held.refresh }).unwrap();
    let request = Request::post(format!("{ADDRESS}/auth/refresh"))
        .header(CONTENT_TYPE, "application/json")
        .body(Full::from(body))
        .unwrap();
    let issued: Issued = serde_json::from_slice(&sent(memory, request).await).unwrap();
    Held {
        access: issued.access_token.into(),
        refresh: issued.refresh_token.into(),
        ends: Instant::now() + Duration::from_secs(issued.expires_in),
    }
}

async fn sent(mut memory: Memory, request: Request<Full<Bytes>>) -> Bytes {
    let answer = memory.call(request).await.unwrap();
    assert!(answer.status().is_success());
    answer.into_body().collect().await.unwrap().to_bytes()
}

/// Each caller whose token has lapsed refreshes it.
pub struct EachCaller(pub Memory, pub Mutex<Held>);

impl Source for EachCaller {
    async fn token(&self) -> Arc<str> {
        let held = self.1.lock().unwrap().clone();
        if held.lives() {
            return held.access;
        }
        let new = refreshed(self.0.clone(), &held).await;
        let access = new.access.clone();
        *self.1.lock().unwrap() = new;
        access
    }
}

/// A mutex of tokio around the refresh. A caller that gets it does not look whether another has refreshed.
pub struct MutexWithoutSecondLook(pub Memory, pub Mutex<Held>, pub tokio::sync::Mutex<()>);

impl Source for MutexWithoutSecondLook {
    async fn token(&self) -> Arc<str> {
        let held = self.1.lock().unwrap().clone();
        if held.lives() {
            return held.access;
        }
        let _turn = self.2.lock().await;
        let held = self.1.lock().unwrap().clone();
        let new = refreshed(self.0.clone(), &held).await;
        let access = new.access.clone();
        *self.1.lock().unwrap() = new;
        access
    }
}

/// A mutex of tokio around the token and its refresh.
pub struct MutexAroundAll(pub Memory, pub tokio::sync::Mutex<Held>);

impl MutexAroundAll {
    /// Returns a token that lives and is not `rejected`.
    async fn after(&self, rejected: Option<&str>) -> Arc<str> {
        let mut held = self.1.lock().await;
        if !held.lives() || rejected == Some(&*held.access) {
            *held = refreshed(self.0.clone(), &held).await;
        }
        held.access.clone()
    }
}

impl Source for MutexAroundAll {
    async fn token(&self) -> Arc<str> {
        self.after(None).await
    }
}

/// One cell for each generation of the token.
pub struct CellOfGeneration(pub Memory, pub Mutex<Arc<Generation>>);

pub struct Generation {
    before: Held,
    cell: OnceCell<Held>,
}

impl Generation {
    pub fn after(before: Held) -> Arc<Self> {
        Arc::new(Self { before, cell: OnceCell::new() })
    }
}

impl Source for CellOfGeneration {
    async fn token(&self) -> Arc<str> {
        loop {
            let generation = self.1.lock().unwrap().clone();
            if generation.before.lives() {
                return generation.before.access.clone();
            }
            let refresh = || refreshed(self.0.clone(), &generation.before);
            let held = generation.cell.get_or_init(refresh).await;
            if held.lives() {
                return held.access.clone();
            }
            let mut present = self.1.lock().unwrap();
            if Arc::ptr_eq(&present, &generation) {
                *present = Generation::after(held.clone());
            }
        }
    }
}

type Flight = Shared<Pin<Box<dyn Future<Output = Held> + Send>>>;

/// A future that all callers share, by `futures`.
pub struct SharedFlight(pub Memory, pub Mutex<(Held, Option<Flight>)>);

impl Source for SharedFlight {
    async fn token(&self) -> Arc<str> {
        let flight = {
            let mut state = self.1.lock().unwrap();
            if state.0.lives() {
                return state.0.access.clone();
            }
            let (held, memory) = (state.0.clone(), self.0.clone());
            let start = || async move { refreshed(memory, &held).await }.boxed().shared();
            state.1.get_or_insert_with(start).clone()
        };
        let held = flight.await;
        let access = held.access.clone();
        let mut state = self.1.lock().unwrap();
        if !state.0.lives() {
            *state = (held, None);
        }
        access
    }
}
