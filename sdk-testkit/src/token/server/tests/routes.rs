//! Routes that are not the usual ones: written by hand, those of another API, and none.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_route_written_by_hand_obeys_holds_answers_and_latency() {
    let server = server(|builder| builder);
    let authority = server.authority();
    server.backend().route("POST", "/again", move |request| {
        let authority = authority.clone();
        async move {
            match authority.authorize_refresh(request.header("x-refresh")).await {
                Ok(issued) => Reply::text(issued.access_token),
                Err(reply) => reply,
            }
        }
    });
    let again = |token: Option<String>| {
        let server = server.clone();
        tokio::spawn(async move {
            let mut request = http::Request::post("/again");
            if let Some(token) = token {
                request = request.header("x-refresh", token);
            }
            send(&server, request, &Value::Null).await.unwrap().status
        })
    };
    let token = server.issue("alice").refresh_token;
    let hold = server.hold_refreshes();
    server.next_refresh(Reply::empty().status(503));
    server.next_refresh_rotates_then(Reply::empty().status(502));
    let held = again(token.clone());
    assert_eq!(reached(&server, 1).await.rotations, 0);
    assert!(!held.is_finished());
    hold.release();
    assert_eq!(in_time(held).await.unwrap(), 503);
    assert_eq!(in_time(again(token.clone())).await.unwrap(), 502);
    assert_eq!((server.counts().rotations, server.counts().reused), (1, 0));
    let start = tokio::time::Instant::now();
    server.refresh_latency(LIFETIME);
    assert_eq!(in_time(again(token)).await.unwrap(), 401);
    assert_eq!(start.elapsed(), LIFETIME);
    assert_eq!(in_time(again(None)).await.unwrap(), 400);
    assert_eq!(server.counts().refreshes, 4);
}

#[tokio::test]
async fn a_route_that_cannot_obey_fails_the_test() {
    for wish in ["hold_refreshes", "next_refresh", "refresh_latency"] {
        let server = server(|builder| builder);
        let authority = server.authority();
        server.backend().route("POST", "/again", move |request| {
            std::future::ready(Reply::json(&authority.refresh(&request.text()).is_some()))
        });
        let hold = (wish == "hold_refreshes").then(|| server.hold_refreshes());
        match wish {
            "next_refresh" => server.next_refresh(Reply::empty()),
            "refresh_latency" => server.refresh_latency(LIFETIME),
            _ => {}
        }
        let answer = send(&server, http::Request::post("/again"), &Value::Null).await.unwrap();
        assert_eq!(answer.status, 500);
        drop(hold);
        let message = failure(&server);
        let text = format!("`Authority::refresh` cannot obey `{wish}`; let the route call");
        assert!(message.contains(&text), "{message}");
    }
}

/// Why the test would fail at its end.
fn failure(server: &TokenServer) -> String {
    let verify = std::panic::AssertUnwindSafe(|| server.backend().verify());
    let failure = std::panic::catch_unwind(verify).expect_err("a failure");
    *failure.downcast::<String>().unwrap()
}

#[tokio::test]
async fn a_request_that_no_route_takes_fails_the_test_with_the_reason() {
    let server = server(|builder| builder);
    let routes = "routes: POST /auth/login, POST /auth/refresh, POST /auth/logout, GET /me";
    let answer = send(&server, http::Request::get("/you?token=x"), &Value::Null).await.unwrap();
    assert_eq!((answer.status, answer.body), (501, format!("no route for GET /you; {routes}")));
    assert_eq!(failure(&server), format!("no route for GET /you; {routes}"));

    let login = http::Request::post("/api/v1/auth/login");
    assert_eq!(send(&server, login, &Value::Null).await.unwrap().status, 501);
    let hint = "`TokenServer::builder().base(\"/api/v1\")` puts the routes there";
    assert_eq!(failure(&server), format!("no route for POST /api/v1/auth/login; {routes}; {hint}"));

    server.backend().fallback(|_| async { Reply::empty().status(404) });
    assert_eq!(send(&server, http::Request::get("/you"), &Value::Null).await.unwrap().status, 404);
    server.backend().verify();
}

#[tokio::test]
async fn paths_fields_and_answers_are_those_of_the_api() {
    let server = server(|builder| {
        builder
            .base("https://tracker.example/api/v1/")
            .login("/sessions", |request| request.field("user.email"))
            .refresh("/sessions/refresh", |request| request.header("x-refresh").map(str::to_owned))
            .logout("/sessions/end")
            .cookies(true)
            .answer(|issued| Reply::json(&json!({ "data": { "accessToken": issued.access_token } })))
    });
    let post = |path: &str| http::Request::post(format!("/api/v1/sessions{path}"));
    let user = json!({ "user": { "email": "ann" } });
    let first = send(&server, post(""), &user).await.unwrap();
    assert_eq!(first.json(), json!({ "data": { "accessToken": "access-00000001" } }));
    assert_eq!(first.cookies()[1], "refresh=refresh-00000001; Path=/api/v1/sessions; HttpOnly");
    assert_eq!(send(&server, post(""), &json!({ "username": "ann" })).await.unwrap().status, 400);
    let wrong = json!({ "user": { "email": "ann" }, "password": "wrong" });
    assert_eq!(send(&server, post(""), &wrong).await.unwrap().status, 401);

    let refresh = post("/refresh").header("x-refresh", "refresh-00000001");
    let second = send(&server, refresh, &Value::Null).await.unwrap();
    assert_eq!(second.json()["data"]["accessToken"], "access-00000002");
    assert_eq!(send(&server, post("/refresh"), &Value::Null).await.unwrap().status, 400);
    let call = || http::Request::get("/api/v1/me").header("cookie", "access=access-00000002");
    assert_eq!(send(&server, call(), &Value::Null).await.unwrap().body, "ann");
    let logout = post("/end").header("x-refresh", "refresh-00000002");
    assert_eq!(send(&server, logout, &Value::Null).await.unwrap().status, 204);
    assert_eq!(send(&server, call(), &Value::Null).await.unwrap().status, 401);
}

#[tokio::test]
async fn forms_sign_in_and_a_bearer_token_signs_out() {
    let server = server(|builder| builder);
    let form = |path: &str, body: &'static str| {
        let request = http::Request::post(path).body(body.to_owned()).unwrap();
        let server = server.clone();
        async move { server.backend().handle(request).await.unwrap().status().as_u16() }
    };
    assert_eq!(form("/auth/login", "username=ann&password=wrong").await, 401);
    assert_eq!(form("/auth/login", "username=ann&password=right").await, 200);
    assert_eq!(form("/auth/refresh", "grant_type=refresh_token&refresh_token=refresh-00000001").await, 200);
    let logout = http::Request::post("/auth/logout").header("authorization", "Bearer access-00000002");
    assert_eq!(send(&server, logout, &Value::Null).await.unwrap().status, 204);
    assert_eq!(me(&server, "access-00000002").await.status, 401);
    assert_eq!(form("/auth/refresh", "refresh_token=refresh-00000002").await, 401);
}

#[test]
#[should_panic(expected = "the base `api` is neither a path that starts with a slash nor a URL")]
fn a_malformed_base_panics() {
    let _ = TokenServer::builder().base("api");
}
