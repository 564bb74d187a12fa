//! Compressed answers of session endpoints.

use sdk_runtime::{Error, Head, Refusal, Result, TokenResponse, Tokens, api_client, error::UnavailableCause};
use serde::Deserialize;
use test_support::RefreshRequest;

use crate::broken::{Answer, Broken, End};
use crate::coded::{CODINGS, chain, encoded};

#[derive(Deserialize)]
struct Refreshed {
    access: String,
}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access.as_str()))
    }
}

#[api_client]
trait Login {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<Refreshed>;
    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

/// A server that refuses a request without the refreshed token, with `refused` for a body, and refreshes with
/// `tokens`.
fn signed_in(name: &'static str, refused: Vec<u8>, tokens: Vec<u8>) -> (Broken, LoginClient) {
    let server = Broken::new(move |request| {
        let is_refreshed = request.headers.get("authorization").is_some_and(|value| value == "Bearer a1");
        let answer = match request.url.path() {
            "/refresh" => Answer::new(200, tokens.clone(), End::Whole),
            _ if is_refreshed => return Answer::new(200, "welcome", End::Whole),
            _ => Answer::new(401, refused.clone(), End::Whole),
        };
        assert!(request.headers.contains_key("accept-encoding"));
        answer.header("content-encoding", name)
    });
    let client = LoginClient::builder("http://localhost").transport(server.clone()).build().unwrap();
    client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    (server, client)
}

#[tokio::test(start_paused = true)]
async fn i23_a_rejection_is_one_whether_or_not_its_body_can_be_decoded() {
    for (name, coding) in CODINGS {
        let tokens = encoded(coding, r#"{"access":"a1"}"#).await;
        let good = encoded(coding, r#"{"error":"invalid_token"}"#).await;
        for refused in [good.clone(), good[..good.len() - 1].to_vec(), b"no".to_vec()] {
            let (_, client) = signed_in(name, refused, tokens.clone());
            assert_eq!(client.x().await.unwrap(), "welcome", "I23: {name}");
        }
    }
}

/// The server has answered with a success, and spent the refresh token.
#[tokio::test(start_paused = true)]
async fn i14_tokens_that_cannot_be_decoded_are_not_asked_for_again() {
    for (name, coding) in CODINGS {
        let good = encoded(coding, r#"{"access":"a1"}"#).await;
        for tokens in [good[..good.len() - 1].to_vec(), br#"{"access":"a1"}"#.to_vec(), b"x".to_vec()] {
            let (server, client) = signed_in(name, Vec::new(), tokens);
            let error = client.x().timeout(None).await.unwrap_err();
            let Error::RefreshUnavailable(wait) = &error else { panic!("I14: {name}: {error:?}") };
            assert!(matches!(wait.cause(), UnavailableCause::Decode(_)), "I14: {name}: {wait:?}");
            let text = chain(&error);
            assert!(text.contains(name.trim_start_matches("x-")), "it names the coding: {text}");
            assert!(!text.contains("a1"), "{text}");
            assert_eq!(server.requests(), 2, "I14: {name}: refused, and one refresh");
            assert!(client.session().state().is_signed_in());
        }
    }
}
