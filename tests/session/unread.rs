//! Rejections whose body does not arrive: status and headers decide what they mean for the session.

use std::time::Duration;

use sdk_runtime::{
    Error, ErrorResponse, Head, Refusal, Result, TokenResponse, Tokens, api_client,
    error::{ExpiredReason, UnavailableCause},
    transport::TransportRequest,
};
use serde::Deserialize;
use test_support::RefreshRequest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::broken::{Answer, Broken, ENDS, End};

#[derive(Deserialize, Debug)]
struct Refreshed {
    access: String,
}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access.as_str()))
    }
}

#[api_client]
trait Unread {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Refreshed>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<Refreshed>;

    #[post("/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

/// Whether `request` is signed with what the refresh gives.
fn is_refreshed(request: &TransportRequest) -> bool {
    request.headers.get("authorization").is_some_and(|value| value == "Bearer a1")
}

/// A server that answers a request without the refreshed token as `refusal` says, and refreshes as `refresh`
/// says.
fn server(
    refusal: impl Fn() -> Answer + Send + Sync + 'static,
    refresh: impl Fn() -> Answer + Send + Sync + 'static,
) -> Broken {
    Broken::new(move |request| match request.url.path() {
        "/refresh" => refresh(),
        _ if is_refreshed(request) => Answer::new(200, "welcome", End::Whole),
        _ => refusal(),
    })
}

fn tokens() -> Answer {
    Answer::new(200, r#"{"access":"a1"}"#, End::Whole).header("content-type", "application/json")
}

fn signed_in(server: &Broken) -> UnreadClient {
    let client = UnreadClient::builder("http://localhost").transport(server.clone()).build().unwrap();
    client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    client
}

#[tokio::test(start_paused = true)]
async fn i23_a_rejection_reaches_the_session_although_its_body_does_not_arrive() {
    for end in ENDS {
        let server = server(move || Answer::new(401, "{\"err", end), tokens);
        let client = signed_in(&server);
        let begin = Instant::now();
        assert_eq!(client.x().await.unwrap(), "welcome", "{end:?}");
        assert!(begin.elapsed() <= Duration::from_secs(5), "{end:?}: {:?}", begin.elapsed());
        assert_eq!(client.x().await.unwrap(), "welcome");
        assert_eq!(server.requests(), 4, "refused, refreshed, replayed, and signed at once");

        let client = signed_in(&server);
        let begin = Instant::now();
        assert_eq!(client.x().timeout(Duration::from_secs(2)).await.unwrap(), "welcome", "{end:?}");
        assert!(begin.elapsed() <= Duration::from_secs(1), "{end:?}: there is time for the replay");
    }
}

#[tokio::test(start_paused = true)]
async fn a_judge_of_the_users_sees_what_arrived() {
    for end in ENDS {
        let judge = |answer: &ErrorResponse| {
            assert!(answer.body_error().is_some() && answer.is_truncated());
            answer.status() == 419 && answer.text().starts_with("expired")
        };
        let server = server(move || Answer::new(419, "expired", end), tokens);
        let builder = UnreadClient::builder("http://localhost").transport(server.clone()).token_bad(judge);
        let client = builder.build().unwrap();
        client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
        assert_eq!(client.x().await.unwrap(), "welcome", "{end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_replay_that_is_refused_without_a_body_is_a_rejection_of_this_call() {
    for end in ENDS {
        let server = Broken::new(move |request| match request.url.path() {
            "/refresh" => tokens(),
            _ => Answer::new(401, "no", end),
        });
        let client = signed_in(&server);
        let error = client.x().await.unwrap_err();
        let Error::SessionExpired(expired) = error else { panic!("{error:?}") };
        assert_eq!(expired.reason(), ExpiredReason::ReplayRejected, "{end:?}");
        let answer = expired.response().unwrap();
        assert!(answer.status() == 401 && answer.body_error().is_some(), "{end:?}");
        assert!(client.session().state().is_signed_in());
    }
}

#[tokio::test(start_paused = true)]
async fn missing_scopes_are_in_the_head() {
    for end in ENDS {
        let challenge = r#"Bearer error="insufficient_scope", scope="admin""#;
        let refusal = move || Answer::new(403, "no", end).header("www-authenticate", challenge);
        let client = signed_in(&server(refusal, tokens));
        assert!(matches!(client.x().await, Err(Error::InsufficientScope(_))), "{end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn sign_in_and_sign_out_are_answered_by_their_status() {
    for end in ENDS {
        let server = server(move || Answer::new(403, "no", end), tokens);
        let client = UnreadClient::builder("http://localhost").transport(server.clone()).build().unwrap();
        let error = client.login().await.unwrap_err();
        let Error::Status(answer) = error else { panic!("{end:?}: {error:?}") };
        assert!(answer.status() == 403 && answer.body_error().is_some(), "{end:?}");
        let client = signed_in(&server);
        assert_eq!(client.logout().await.unwrap_err().status().unwrap(), 403, "{end:?}");
        assert!(!client.session().state().is_signed_in());
    }
}

#[tokio::test(start_paused = true)]
async fn i39_a_refresh_is_judged_by_its_status() {
    for end in ENDS {
        let refused = server(|| Answer::new(401, "", End::Whole), move || Answer::new(401, "no", end));
        let begin = Instant::now();
        let error = signed_in(&refused).x().timeout(None).await.unwrap_err();
        assert!(begin.elapsed() <= Duration::from_secs(5), "{end:?}: all calls wait for it");
        let Error::SessionExpired(expired) = error else { panic!("{end:?}: {error:?}") };
        assert!(expired.requires_sign_in(), "{end:?}");

        let busy = server(
            || Answer::new(401, "", End::Whole),
            move || Answer::new(503, "no", end).header("retry-after", "7"),
        );
        let client = signed_in(&busy);
        let error = client.x().timeout(None).await.unwrap_err();
        let Error::RefreshUnavailable(wait) = error else { panic!("{end:?}: {error:?}") };
        let UnavailableCause::Status(answer) = wait.cause() else { panic!("{end:?}: {wait:?}") };
        assert!(answer.status() == 503 && answer.body_error().is_some(), "{end:?}");
        assert!(client.session().state().is_signed_in());
    }
}

/// `.body_limit(…)` is for calls: a refresh has a limit of its own.
#[tokio::test(start_paused = true)]
async fn a_refresh_answer_that_is_too_large_says_the_limit_that_it_is_over() {
    for status in [200, 201, 400, 403, 500] {
        for body in [format!(r#"{{"access":"{}"}}"#, "a".repeat(1 << 20)), " ".repeat((1 << 20) + 1)] {
            let refresh = move || Answer::new(status, body.clone(), End::Whole);
            let client = signed_in(&server(|| Answer::new(401, "", End::Whole), refresh));
            let error = client.x().timeout(None).await.unwrap_err();
            assert!(matches!(error, Error::RefreshUnavailable(_)), "{status}: {error:?}");
            let text = chain(&error);
            assert!(!text.contains("body_limit"), "{text}");
            assert_eq!(text.contains("1048576 bytes"), status < 300, "{text}");
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let source = error.source().map(|source| format!(": {}", chain(source)));
    format!("{error}{}", source.unwrap_or_default())
}

/// Over a socket that is closed in the middle of what `Content-Length` announces.
#[tokio::test]
async fn i23_a_rejection_that_is_cut_off_on_its_way_reaches_the_session() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(socket.read_u8().await.unwrap());
            }
            let request = String::from_utf8(request).unwrap().to_lowercase();
            let answer = if request.starts_with("post /refresh") {
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 15\r\n\r\n{\"access\":\"a1\"}"
            } else if request.contains("bearer a1") {
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 7\r\n\r\nwelcome"
            } else {
                "HTTP/1.1 401 Unauthorized\r\ncontent-length: 100\r\n\r\n{\"err"
            };
            socket.write_all(answer.as_bytes()).await.unwrap();
            socket.shutdown().await.unwrap();
        }
    });
    let client = UnreadClient::new(&base).unwrap();
    client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    assert_eq!(client.x().await.unwrap(), "welcome");
}
