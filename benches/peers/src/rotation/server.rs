//! A server that rotates its token: when the token is refreshed, or by force, so that the present one is
//! refused at once. It is a thread of this process, so that both read the same clock.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::server::ANSWER;
use crate::subject::on_one_thread;

/// How long a refresh takes.
pub const REFRESH: Duration = Duration::from_millis(20);

/// What rotates the token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// It lapses after a lifetime. The token before is accepted until its end.
    Lifetime(Duration),
    /// The server refuses it from one moment on.
    Force,
}

impl By {
    pub fn lifetime(self) -> Duration {
        match self {
            Self::Lifetime(lifetime) => lifetime,
            Self::Force => Duration::from_secs(3_600),
        }
    }
}

#[derive(Clone)]
pub struct Rotating {
    pub base: String,
    state: Arc<State>,
}

struct State {
    by: By,
    /// The generation of the present token.
    present: AtomicU64,
    begun: Mutex<Option<Instant>>,
    rotations: Mutex<Vec<(Instant, Instant)>>,
}

impl Rotating {
    /// Starts the server on a thread that lives as long as the process.
    pub fn start(by: By) -> Self {
        let state = Arc::new(State {
            by,
            present: AtomicU64::new(0),
            begun: Mutex::default(),
            rotations: Mutex::default(),
        });
        let (told, address) = mpsc::channel();
        let own = state.clone();
        thread::spawn(move || {
            on_one_thread(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                while let Ok((socket, _)) = listener.accept().await {
                    socket.set_nodelay(true).unwrap();
                    let state = own.clone();
                    tokio::spawn(async move {
                        let service = service_fn(|request| state.clone().answer(request));
                        let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
                    });
                }
            });
        });
        Self { base: format!("http://{}", address.recv().unwrap()), state }
    }

    /// Refuses the present token from now on.
    pub fn revoke(&self) {
        *self.state.begun.lock().unwrap() = Some(Instant::now());
        self.state.present.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the token that the server accepts at present.
    pub fn present(&self) -> String {
        token(self.state.present.load(Ordering::Relaxed))
    }

    /// Returns when each rotation began and ended: from the refusal, or else from the request of the
    /// refresh, to its answer.
    pub fn rotations(&self) -> Vec<(Instant, Instant)> {
        self.state.rotations.lock().unwrap().clone()
    }
}

/// About as long as that of the other measurements.
fn token(generation: u64) -> String {
    format!("{generation}-{}", "x".repeat(690))
}

impl State {
    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        if request.method() == Method::POST {
            return Ok(json(self.refreshed().await));
        }
        let bearer = request.headers().get(AUTHORIZATION).and_then(|it| it.to_str().ok());
        let generation = bearer.and_then(|it| it.strip_prefix("Bearer ")?.split('-').next()?.parse().ok());
        let present = self.present.load(Ordering::Relaxed);
        // The token before lapses soon, and is known.
        let oldest = if self.by == By::Force { present } else { present.saturating_sub(1) };
        Ok(match generation {
            Some(generation) if (oldest..=present).contains(&generation) => json(ANSWER.into()),
            _ => {
                let mut refused = Response::new(Full::default());
                *refused.status_mut() = StatusCode::UNAUTHORIZED;
                refused
            }
        })
    }

    async fn refreshed(&self) -> String {
        let begun = self.begun.lock().unwrap().take().unwrap_or_else(Instant::now);
        tokio::time::sleep(REFRESH).await;
        let present = match self.by {
            By::Force => self.present.load(Ordering::Relaxed),
            By::Lifetime(_) => self.present.fetch_add(1, Ordering::Relaxed) + 1,
        };
        self.rotations.lock().unwrap().push((begun, Instant::now()));
        let (token, lifetime) = (token(present), self.by.lifetime().as_millis());
        format!(r#"{{"access_token":"{token}","refresh_token":"a refresh token","expires_in":{lifetime}}}"#)
    }
}

fn json(body: String) -> Response<Full<Bytes>> {
    Response::builder().header("content-type", "application/json").body(Full::from(body)).unwrap()
}
