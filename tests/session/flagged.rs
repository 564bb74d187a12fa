//! Refusals by a flag in a successful answer: which end the login, and which keep it.

use std::time::Duration;

use sdk_runtime::{
    Error, ErrorResponse, Refusal, Result, ServiceTransport, TokenRequest, TokenResponse, api_client,
    error::UnavailableCause,
};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Serialize, TokenRequest)]
struct Refresh {
    refresh_token: String,
}

#[derive(Deserialize, TokenResponse)]
#[token(at = "result", ok = "success", message = "error.text")]
struct Issued {
    access_token: String,
    refresh_token: String,
}

#[api_client]
trait Server {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Issued>;
    #[post("/refresh")]
    #[session(refresh, refused = busy)]
    async fn refresh(&self, #[json] request: Refresh) -> Result<Issued>;
    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

/// This server has words of its own for "later".
fn busy(answer: &ErrorResponse) -> Option<Refusal> {
    let is_busy = answer.text().contains("we are busy");
    is_busy.then(|| Refusal::TryLater { message: "busy".to_owned(), after: None })
}

/// The error of the first call, whose token is rejected and whose refresh is answered by `refused`, and
/// whether the login is kept.
async fn refused(refused: Reply) -> (Error, bool) {
    let issued = json!({ "access_token": "a1", "refresh_token": "r1" });
    let backend = Backend::new()
        .reply("POST", "/login", Reply::json(&json!({ "success": true, "result": issued })))
        .reply("POST", "/refresh", refused)
        .reply("GET", "/x", Reply::empty().status(401));
    let builder = ServerClient::builder("http://localhost").transport(ServiceTransport::new(backend));
    let client = builder.build().unwrap();
    client.login().await.unwrap();
    (client.x().await.unwrap_err(), client.session().state().is_signed_in())
}

fn told(text: &str) -> Reply {
    Reply::json(&json!({ "success": false, "error": { "text": text } }))
}

/// A flag alone says that the refresh is refused, and not for how long. The rest of the answer counts.
#[tokio::test(start_paused = true)]
async fn i16_a_flag_that_says_no_for_now_keeps_the_login() {
    let coded = Reply::json(&json!({ "success": false, "error": "temporarily_unavailable" }));
    for (reply, after) in [
        (told("soon").header("retry-after", "7"), 7),
        (told("temporarily_unavailable"), 1),
        (coded, 1),
        (told("we are busy").header("retry-after", "7"), 7),
        (told("we are busy"), 1),
    ] {
        let (error, is_kept) = refused(reply).await;
        let Error::RefreshUnavailable(wait) = error else { panic!("I16: {error:?}") };
        assert!(matches!(wait.cause(), UnavailableCause::TryLater(_)), "{wait:?}");
        let after = Duration::from_secs(after);
        assert!(wait.retry_after().abs_diff(after) <= after / 2, "{wait:?}");
        assert!(is_kept, "I16");
    }
}

#[tokio::test(start_paused = true)]
async fn i16_a_flag_that_says_no_ends_the_login_otherwise() {
    let (error, is_kept) = refused(told("revoked")).await;
    let Error::SessionExpired(expired) = error else { panic!("{error:?}") };
    assert_eq!((expired.message(), is_kept), (Some("revoked"), false));
}
