//! The routes of the service, and its life from start to shutdown.

use std::error::Error as StdError;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::{StatusCode, request::Parts};
use axum::routing::{delete, get, post};
use axum::{Json, Router, middleware};
use sdk_runtime::Error;
use sdk_runtime::client::{PoolEvent, PoolEvents};
use sdk_runtime::session::SessionEvent;
use tokio::net::TcpListener;

use crate::api::{Credentials, Reports, Tracker};
use crate::app::{App, UserId};
use crate::failure::Failure;
use crate::request_id;

pub fn router(app: App) -> Router {
    Router::new()
        .route("/login", post(login))
        .route("/logout", post(logout))
        .route("/issues/{id}", get(issue))
        .route("/report", get(report))
        .route("/admin/logins", get(logins))
        .route("/admin/logins/{user}", delete(sign_out))
        .layer(middleware::from_fn(request_id::scope))
        .with_state(app)
}

/// The user of a request, as the gateway in front of the service has found out.
struct User(UserId);

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let user = parts.headers.get("x-user").and_then(|it| it.to_str().ok());
        user.map(|it| Self(it.to_owned())).ok_or(StatusCode::UNAUTHORIZED)
    }
}

async fn login(State(app): State<App>, User(user): User, password: String) -> Result<(), Failure> {
    let credentials = Credentials { username: user.clone(), password };
    app.trackers.get(&user).login(&credentials).await?;
    Ok(())
}

async fn issue(State(app): State<App>, User(user): User, Path(id): Path<u64>) -> Result<String, Failure> {
    Ok(app.trackers.get(&user).issue(id).await?)
}

async fn report(State(app): State<App>, User(user): User) -> Result<String, Failure> {
    Ok(app.reports.report(&user).await?)
}

async fn logout(State(app): State<App>, User(user): User) -> Result<(), Failure> {
    end_login(&app, &user).await
}

async fn sign_out(State(app): State<App>, Path(user): Path<UserId>) -> Result<(), Failure> {
    end_login(&app, &user).await
}

async fn logins(State(app): State<App>) -> Json<Vec<UserId>> {
    let states = app.trackers.states().into_iter();
    Json(states.filter(|(_, state)| state.is_signed_in()).map(|(user, _)| user).collect())
}

/// Ends the login here, in its store and at the tracker, and then removes it from memory.
async fn end_login(app: &App, user: &UserId) -> Result<(), Failure> {
    let told = app.trackers.get(user).logout().await;
    app.trackers.remove(user).await?;
    match told {
        Ok(()) | Err(Error::NotSignedIn(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Writes a line for each login that begins or ends.
pub async fn audit(mut events: PoolEvents<UserId>, mut write: impl FnMut(String)) {
    while let Some(event) = events.next().await {
        match event {
            PoolEvent::Session(user, SessionEvent::SignedIn(_)) => write(format!("{user} signed in")),
            PoolEvent::Session(user, SessionEvent::SignedOut) => write(format!("{user} signed out")),
            PoolEvent::Session(user, SessionEvent::Expired(why)) => write(format!("{user} expired: {why}")),
            PoolEvent::Session(user, SessionEvent::StoreDegraded(why)) => {
                write(format!("{user} is not stored: {why}"));
            }
            PoolEvent::Missed(number) => write(format!("{number} events were missed")),
            // `Loaded`: the login of a sign-in that has its line, read from the store.
            _ => {}
        }
    }
}

/// Serves until `stop` is ready, such as `async { let _ = tokio::signal::ctrl_c().await; }`.
pub async fn serve(
    listener: TcpListener,
    app: App,
    write: impl FnMut(String) + Send + 'static,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn StdError + Send + Sync>> {
    let trackers = app.trackers.clone();
    let auditing = tokio::spawn(audit(trackers.events(), write));
    // Requests in progress end first, and their calls with them.
    axum::serve(listener, router(app)).with_graceful_shutdown(stop).await?;
    // Then refreshes that were sent, and writes to the stores: up to 10 s.
    let stored = trackers.shutdown().await;
    auditing.await?;
    Ok(stored?)
}
