//! Tests of the token server, in memory with a paused clock and once over a socket.
mod routes;

use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::time::advance;

use super::*;

const LIFETIME: Duration = Duration::from_secs(60);

fn server(configure: impl FnOnce(TokenServerBuilder) -> TokenServerBuilder) -> TokenServer {
    configure(TokenServer::builder().access_lifetime(LIFETIME)).build().guard(
        "GET",
        "/me",
        |_, user| async move { Reply::text(user.name()) },
    )
}

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn text(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap().to_owned()
    }

    fn cookies(&self) -> Vec<&str> {
        let cookies = self.headers.get_all("set-cookie").iter();
        cookies.map(|cookie| cookie.to_str().unwrap()).collect()
    }
}

async fn send(server: &TokenServer, request: http::request::Builder, body: &Value) -> io::Result<Answer> {
    let request = request.body(body.to_string()).unwrap();
    // Longer than any wait here, and not without end where a mistake holds every answer back.
    let answer = tokio::time::timeout(2 * LIFETIME, server.backend().handle(request)).await.unwrap();
    let (head, body) = answer?.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    })
}

async fn login(server: &TokenServer, username: &str) -> Answer {
    let credentials = json!({ "username": username, "password": "right" });
    send(server, http::Request::post("/auth/login"), &credentials).await.unwrap()
}

async fn refresh(server: &TokenServer, token: &str) -> io::Result<Answer> {
    send(server, http::Request::post("/auth/refresh"), &json!({ "refresh_token": token })).await
}

async fn me(server: &TokenServer, token: &str) -> Answer {
    let request = http::Request::get("/me").header("authorization", format!("Bearer {token}"));
    send(server, request, &Value::Null).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_login_lives_through_calls_expiry_refresh_and_logout() {
    let server = server(|builder| builder);
    let first = login(&server, "alice").await;
    assert_eq!(first.text("token_type"), "Bearer");
    assert_eq!(first.json().get("expires_in"), None);
    assert_eq!(me(&server, &first.text("access_token")).await.body, "alice");

    advance(LIFETIME - Duration::from_millis(1)).await;
    assert_eq!(me(&server, &first.text("access_token")).await.status, 200);
    advance(Duration::from_millis(1)).await;
    let refused = me(&server, &first.text("access_token")).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.headers["www-authenticate"], "Bearer error=\"invalid_token\"");

    let second = refresh(&server, &first.text("refresh_token")).await.unwrap();
    assert_ne!(second.text("access_token"), first.text("access_token"));
    assert_ne!(second.text("refresh_token"), first.text("refresh_token"));
    assert_eq!(me(&server, &second.text("access_token")).await.body, "alice");

    let body = json!({ "refresh_token": second.text("refresh_token") });
    let logout = send(&server, http::Request::post("/auth/logout"), &body).await.unwrap();
    assert_eq!(logout.status, 204);
    assert_eq!(me(&server, &second.text("access_token")).await.status, 401);
    let dead = refresh(&server, &second.text("refresh_token")).await.unwrap();
    assert_eq!((dead.status, dead.text("error").as_str()), (401, "invalid_grant"));

    let expected = Counts {
        logins: 1,
        refreshes: 2,
        rotations: 1,
        reused: 0,
        rejected_calls: 2,
        served_calls: 3,
        logouts: 1,
    };
    assert_eq!(server.counts(), expected);
    let events: Vec<Event> = server.timeline().into_iter().map(|(_, event)| event).collect();
    use Event::{Login, Logout, Refresh, Rejected, Rotation, Served};
    let all = [Login, Served, Served, Rejected, Refresh, Rotation, Served, Logout, Rejected, Refresh];
    assert_eq!(events, all);
    assert_eq!(server.timeline()[1].0, Duration::ZERO);
    assert_eq!(server.timeline()[3].0, LIFETIME);
}

#[tokio::test]
async fn malformed_and_wrong_requests_are_refused() {
    let server = server(|builder| builder);
    let wrong = json!({ "username": "alice", "password": "wrong" });
    let login = || http::Request::post("/auth/login");
    assert_eq!(send(&server, login(), &wrong).await.unwrap().status, 401);
    assert_eq!(send(&server, login(), &json!({ "username": "alice" })).await.unwrap().status, 400);
    let empty = send(&server, http::Request::post("/auth/refresh"), &Value::Null).await.unwrap();
    assert_eq!(empty.status, 400);
    let unsigned = send(&server, http::Request::get("/me"), &Value::Null).await.unwrap();
    assert_eq!((unsigned.status, &unsigned.headers["www-authenticate"]), (401, &"Bearer".parse().unwrap()));
    assert_eq!(me(&server, "unknown").await.status, 401);
    assert_eq!(refresh(&server, "unknown").await.unwrap().status, 401);
    let expected = Counts { refreshes: 2, rejected_calls: 2, ..Counts::default() };
    assert_eq!(server.counts(), expected);
}

#[tokio::test]
async fn a_reused_refresh_token_revokes_its_login_and_no_other() {
    let server = server(|builder| builder);
    let (first, other) = (server.issue("alice"), server.issue("alice"));
    let spent = first.refresh_token.unwrap();
    let second = refresh(&server, &spent).await.unwrap();
    assert_eq!(refresh(&server, &spent).await.unwrap().status, 401);
    assert_eq!(server.counts().reused, 1);
    assert_eq!(me(&server, &first.access_token).await.status, 401);
    assert_eq!(me(&server, &second.text("access_token")).await.status, 401);
    assert_eq!(refresh(&server, &second.text("refresh_token")).await.unwrap().status, 401);
    assert_eq!(me(&server, &other.access_token).await.status, 200);
    assert_eq!(server.counts().rotations, 1);
}

#[tokio::test]
async fn without_detection_reuse_is_refused_and_counted_only() {
    let server = server(|builder| builder.reuse_detection(false));
    let spent = server.issue("alice").refresh_token.unwrap();
    let second = refresh(&server, &spent).await.unwrap();
    assert_eq!(refresh(&server, &spent).await.unwrap().status, 401);
    assert_eq!(server.counts().reused, 1);
    assert_eq!(me(&server, &second.text("access_token")).await.status, 200);
}

#[tokio::test]
async fn without_rotation_the_refresh_token_stays_good() {
    let server = server(|builder| builder.rotating(false).tells_lifetime(true));
    let token = server.issue("alice").refresh_token.unwrap();
    for _ in 0..2 {
        let answer = refresh(&server, &token).await.unwrap();
        assert_eq!(answer.json().get("refresh_token"), None);
        assert_eq!(answer.json()["expires_in"], 60);
        assert_eq!(me(&server, &answer.text("access_token")).await.status, 200);
    }
    assert_eq!((server.counts().rotations, server.counts().reused), (2, 0));
}

#[tokio::test]
async fn cookies_carry_the_tokens() {
    let server = server(|builder| builder.cookies(true));
    let first = login(&server, "alice").await;
    assert_eq!(first.body, r#"{"user":"alice"}"#);
    let access = "access=access-00000001; Path=/; HttpOnly";
    assert_eq!(first.cookies(), [access, "refresh=refresh-00000001; Path=/auth; HttpOnly"]);

    let call = |cookie: &str| http::Request::get("/me").header("cookie", cookie);
    let served = send(&server, call("x=y; access=access-00000001"), &Value::Null).await.unwrap();
    assert_eq!(served.body, "alice");
    assert_eq!(me(&server, "access-00000001").await.status, 401, "a header is not a cookie");
    let refused = send(&server, call("access=nonsense"), &Value::Null).await.unwrap();
    assert_eq!(refused.status, 401);
    assert!(!refused.headers.contains_key("www-authenticate"));

    let post = |path: &str| http::Request::post(path).header("cookie", "refresh=refresh-00000001");
    let second = send(&server, post("/auth/refresh"), &Value::Null).await.unwrap();
    assert_eq!(second.cookies().len(), 2);
    let logout = send(&server, post("/auth/logout"), &Value::Null).await.unwrap();
    assert!(logout.cookies().iter().all(|cookie| cookie.ends_with("Max-Age=0")));
    let served = send(&server, call("access=access-00000002"), &Value::Null).await.unwrap();
    assert_eq!(served.status, 401);
}

#[tokio::test(start_paused = true)]
async fn tokens_of_one_second_can_be_identical() {
    let server = server(|builder| builder.identical_within_a_second(true));
    let first = server.issue("alice");
    let other = server.issue("bob");
    assert_ne!(first.access_token, other.access_token);
    server.expire_access_tokens();
    assert_eq!(me(&server, &first.access_token).await.status, 401);
    let second = refresh(&server, &first.refresh_token.unwrap()).await.unwrap();
    assert_eq!(second.text("access_token"), first.access_token);
    assert_eq!(me(&server, &first.access_token).await.status, 200);
    advance(Duration::from_secs(1)).await;
    let third = refresh(&server, &second.text("refresh_token")).await.unwrap();
    assert_ne!(third.text("access_token"), first.access_token);
}

#[tokio::test]
async fn signed_logins_and_refreshes_can_be_refused() {
    let server = server(|builder| builder.refuses_signed_auth(true));
    let token = server.issue("alice").refresh_token.unwrap();
    let signed = http::Request::post("/auth/refresh").header("authorization", "Bearer stale");
    let answer = send(&server, signed, &json!({ "refresh_token": token })).await.unwrap();
    assert_eq!(answer.status, 401);
    let signed = http::Request::post("/auth/login").header("authorization", "Bearer stale");
    let credentials = json!({ "username": "alice", "password": "right" });
    assert_eq!(send(&server, signed, &credentials).await.unwrap().status, 401);
    assert_eq!(refresh(&server, &token).await.unwrap().status, 200);
    assert_eq!((server.counts().refreshes, server.counts().logins), (2, 1));
}

#[tokio::test]
async fn tokens_die_when_told() {
    let server = server(|builder| builder);
    let (alice, bob) = (server.issue("alice"), server.issue("bob"));
    server.revoke("alice");
    assert_eq!(me(&server, &alice.access_token).await.status, 401);
    assert_eq!(refresh(&server, &alice.refresh_token.unwrap()).await.unwrap().status, 401);
    assert_eq!(me(&server, &server.issue("alice").access_token).await.status, 200);

    server.expire_access_tokens();
    assert_eq!(me(&server, &bob.access_token).await.status, 401);
    let bob = refresh(&server, &bob.refresh_token.unwrap()).await.unwrap();
    assert_eq!(me(&server, &bob.text("access_token")).await.status, 200);
    server.revoke_all();
    assert_eq!(me(&server, &bob.text("access_token")).await.status, 401);
    assert_eq!(server.counts().reused, 0);
}

/// What is told by then, where a mistake would wait without end.
async fn in_time<F: Future>(wait: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(3600), wait).await.unwrap()
}

/// The counts when so many refreshes have come.
async fn reached(server: &TokenServer, refreshes: usize) -> Counts {
    in_time(server.wait_for(|counts| counts.refreshes == refreshes)).await
}

#[tokio::test(start_paused = true)]
async fn a_held_refresh_waits_and_spends_nothing_if_abandoned() {
    let server = server(|builder| builder);
    let token = server.issue("alice").refresh_token.unwrap();
    let start = || {
        let (server, token) = (server.clone(), token.clone());
        tokio::spawn(async move { refresh(&server, &token).await.unwrap().status })
    };
    let (hold, second_hold) = (server.hold_refreshes(), server.hold_refreshes());
    let abandoned = start();
    assert_eq!(reached(&server, 1).await, Counts { logins: 1, refreshes: 1, ..Counts::default() });
    abandoned.abort();
    assert!(abandoned.await.is_err());

    let waiting = start();
    reached(&server, 2).await;
    hold.release();
    tokio::time::sleep(LIFETIME).await;
    assert!(!waiting.is_finished(), "another hold is left");
    drop(second_hold);
    assert_eq!(in_time(waiting).await.unwrap(), 200);
    assert_eq!((server.counts().rotations, server.counts().reused), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_abandoned_during_its_latency_has_spent_the_token() {
    let server = server(|builder| builder);
    let token = server.issue("alice").refresh_token.unwrap();
    server.refresh_latency(Duration::from_millis(50));
    let cut = tokio::time::timeout(Duration::from_millis(49), refresh(&server, &token)).await;
    assert!(cut.is_err());
    assert_eq!(refresh(&server, &token).await.unwrap().status, 401);
    assert_eq!((server.counts().rotations, server.counts().reused), (1, 1));
    assert_eq!(server.timeline().last().unwrap().0, Duration::from_millis(49));
}

#[tokio::test]
async fn scripted_answers_come_once_and_in_order() {
    let server = server(|builder| builder);
    let token = server.issue("alice").refresh_token.unwrap();
    server.next_refresh(Reply::empty().status(503));
    server.next_refresh_rotates_then(Reply::reset());
    assert_eq!(refresh(&server, &token).await.unwrap().status, 503);
    assert_eq!(server.counts().rotations, 0);
    let lost = refresh(&server, &token).await.err().unwrap();
    assert_eq!(lost.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(server.counts().rotations, 1);
    assert_eq!(refresh(&server, &token).await.unwrap().status, 401);
    assert_eq!((server.counts().refreshes, server.counts().reused), (3, 1));
}

#[tokio::test]
async fn what_came_under_a_name_is_known() {
    let server = server(|builder| builder);
    server.backend().fallback(|_| async { Reply::empty().status(404) });
    let (alice, bob) = (server.issue("alice"), server.issue("bob"));
    me(&server, &alice.access_token).await;
    let own_header = http::Request::get("/hand-made").header("x-token", &alice.access_token);
    send(&server, own_header, &Value::Null).await.unwrap();
    server.revoke("alice");
    me(&server, &alice.access_token).await;
    assert_eq!(server.requests_of("alice").len(), 3);
    assert!(server.requests_of("bob").is_empty());
    let cookie = http::Request::get("/me").header("cookie", format!("a=b; access={}", bob.access_token));
    send(&server, cookie, &Value::Null).await.unwrap();
    assert_eq!(server.requests_of("bob").len(), 1);
    // `Debug` shows what was counted, and no token.
    let counts = server.counts();
    assert_eq!(format!("{bob:?}"), "Issued(to bob, login 1)", "I27");
    assert_eq!(format!("{:?}", server.authority()), format!("Authority({counts:?})"));
    assert_eq!(format!("{server:?}"), format!("TokenServer({counts:?})"));
    assert_eq!(format!("{:?}", server.hold_refreshes()), "RefreshHold");
    let logins = [alice, bob, server.issue("alice")].map(|issued| issued.user.login());
    assert_eq!(logins, [0, 1, 2], "each login has a number of its own");
}

#[tokio::test]
async fn hand_made_routes_ask_the_authority_without_keeping_the_backend() {
    let server = server(|builder| builder);
    let authority = server.authority();
    server.backend().route("POST", "/refresh", move |request| {
        let refreshed = authority.refresh(&request.text());
        async move { Reply::text(refreshed.map_or_else(String::new, |issued| issued.access_token)) }
    });
    let issued = server.issue("alice");
    assert_eq!(server.authority().owner(&issued.access_token), Some(issued.user));
    let request = http::Request::post("/refresh").body(issued.refresh_token.unwrap()).unwrap();
    let refreshed = server.backend().handle(request).await.unwrap();
    let token = refreshed.into_body().collect().await.unwrap().to_bytes();
    let user = server.authority().authorize_token(std::str::from_utf8(&token).ok());
    assert_eq!(user.unwrap().name(), "alice");
    assert_eq!((server.counts().refreshes, server.counts().rotations), (1, 1));

    server.backend().route("GET", "/panics", |_| async { panic!("seen") });
    send(&server, http::Request::get("/panics"), &Value::Null).await.unwrap();
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(server)));
    assert!(dropped.is_err(), "the routes must not keep the backend alive");
}

#[tokio::test]
async fn the_same_server_works_behind_a_socket() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let server = server(|builder| builder);
    let socket = server.serve().await.unwrap();
    let body = r#"{"username":"alice","password":"right"}"#;
    let request = format!(
        "POST /auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(socket.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let end = stream.read_to_string(&mut answer);
    patience::in_time(end, || "the end of a connection that is to be closed".to_owned()).await.unwrap();
    assert!(answer.contains("\"access_token\":\"access-00000001\""), "{answer}");
    assert_eq!(server.counts().logins, 1);
}
