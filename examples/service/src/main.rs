//! A service of axum that acts for its users, from its start to its shutdown:
//!
//! ```console
//! $ cargo run -p service_example
//! ```

mod api;
mod app;
mod failure;
mod request_id;
mod service;

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use sdk_runtime::transport::{HttpTransport, reqwest};
use sdk_testkit::{Backend, Reply, TokenServer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::api::Tracker;
use crate::app::{App, Config};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A user in front of the service.
struct Browser {
    http: reqwest::Client,
    base: String,
}

impl Browser {
    /// Returns the status and the body of the answer.
    async fn ask(&self, method: &str, path: &str, user: &str, body: &'static str) -> Result<(u16, String)> {
        let request = self.http.request(method.parse()?, format!("{}{path}", self.base)).body(body);
        let request = request.header("x-user", user).header("x-request-id", format!("of-{user}"));
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let tracker = TokenServer::new().guard("GET", "/issues/{id}", |request, user| async move {
        match request.param("id") {
            "7" => Reply::text(format!("issue 7 of {}", user.name())),
            _ => Reply::empty().status(404),
        }
    });
    let reports = Backend::new();
    reports.route("GET", "/reports/{user}", |request| async move {
        Reply::text(format!("{} by {}", request.param("user"), request.bearer().unwrap_or("-")))
    });
    let (tracker_socket, reports_socket) = (tracker.serve().await?, reports.serve().await?);
    let logins = std::env::temp_dir().join(format!("sdk-runtime-service-{}", std::process::id()));
    let config = Config {
        tracker: tracker_socket.url(),
        reports: reports_socket.url(),
        reports_token: "t0ken".to_owned(),
        logins: logins.clone(),
    };

    let app = App::new(&config)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let http = HttpTransport::default().client_for(&base.parse()?)?.clone();
    let browser = Browser { http, base };
    let audited = Arc::new(Mutex::new(Vec::new()));
    let lines = audited.clone();
    let write = move |line| lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async { drop(stopped.await) };
    let serving = tokio::spawn(service::serve(listener, app.clone(), write, stopped));

    // Each user has a login of their own.
    assert_eq!(browser.ask("GET", "/issues/7", "ann", "").await?, (401, "not_signed_in".to_owned()));
    assert_eq!(browser.ask("POST", "/login", "ann", "wrong").await?, (401, "status.4xx".to_owned()));
    for user in ["ann", "bob"] {
        assert_eq!(browser.ask("POST", "/login", user, "right").await?.0, 200);
        assert_eq!(browser.ask("GET", "/issues/7", user, "").await?.1, format!("issue 7 of {user}"));
    }
    assert_eq!(browser.ask("GET", "/issues/8", "ann", "").await?.0, 404);
    assert_eq!(browser.ask("GET", "/report", "ann", "").await?.1, "ann by t0ken");

    // The id of the request is on the call, its replay and the sign-in, and not on the refresh.
    tracker.expire_access_tokens();
    assert_eq!(browser.ask("GET", "/issues/7", "ann", "").await?.0, 200);
    let sent = tracker.backend().requests();
    let ids: Vec<_> = sent.iter().rev().take(3).map(|it| (it.path(), it.header("x-request-id"))).collect();
    let expected = [("/issues/7", Some("of-ann")), ("/auth/refresh", None), ("/issues/7", Some("of-ann"))];
    assert_eq!(ids, expected);
    assert!(sent.iter().rev().take(3).all(|it| it.header("x-on-behalf-of") == Some("ann")));

    // The list of the administrator has no visitors.
    assert_eq!(browser.ask("GET", "/issues/7", "eve", "").await?.0, 401);
    assert!(app.trackers.keys().contains(&"eve".to_owned()));

    // Bob is signed out by an administrator, and cannot reach the tracker any more.
    assert_eq!(browser.ask("DELETE", "/admin/logins/bob", "", "").await?.0, 200);
    assert_eq!(browser.ask("GET", "/admin/logins", "", "").await?.1, r#"["ann"]"#);
    // No process has his login in memory, so his folder may be deleted.
    tokio::fs::remove_dir_all(app::folder_of(&logins, "bob")).await?;
    assert_eq!(browser.ask("GET", "/issues/7", "bob", "").await?.0, 401);

    // The service stops while a request is in progress, which waits for a refresh.
    tracker.expire_access_tokens();
    let hold = tracker.hold_refreshes();
    let last = browser.ask("GET", "/issues/7", "ann", "");
    let ending = async {
        tracker.wait_for(|counts| counts.refreshes == 2).await;
        stop.send(()).map_err(|()| "the service has ended")?;
        hold.release();
        serving.await?
    };
    let (last, ended) = tokio::join!(last, ending);
    ended?;
    assert_eq!(last?.1, "issue 7 of ann");
    let error = app.trackers.get(&"ann".to_owned()).issue(7).await.err().ok_or("the pool is closed")?;
    assert_eq!(failure::status_of(&error), 503);
    let audited = std::mem::take(&mut *audited.lock().unwrap_or_else(PoisonError::into_inner));
    assert_eq!(audited, ["ann signed in", "bob signed in", "bob signed out"]);

    // The next start finds the login of Ann.
    let next = App::new(&config)?;
    assert_eq!(next.trackers.get(&"ann".to_owned()).issue(7).await?, "issue 7 of ann");
    next.trackers.shutdown().await?;
    tokio::fs::remove_dir_all(logins).await?;
    println!("ok: two users, an administrator, {} refreshes, and a shutdown", tracker.counts().refreshes);
    Ok(())
}
