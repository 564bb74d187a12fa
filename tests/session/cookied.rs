//! Logins of cookies, and answers that say nothing about tokens.

use sdk_runtime::{Attach, Head, Refusal, Result, ServiceTransport, TokenResponse, Tokens, api_client};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

/// Its fields may all be missing, so that it reads every object.
#[derive(Deserialize)]
struct Cookied {
    #[expect(dead_code, reason = "a server that sets cookies says little more")]
    user: Option<String>,
}

impl TokenResponse for Cookied {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::cookies())
    }
}

#[api_client(timeout = none)]
trait Cookie {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Cookied>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Cookied>;
    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_a_success_ends_a_login_of_cookies() {
    let backend = Backend::new();
    let login = Reply::json(&serde_json::json!({"user": "ann"})).append_header("set-cookie", "c=1; Path=/");
    backend.reply("POST", "/login", login);
    backend.reply("POST", "/refresh", Reply::json(&serde_json::json!({"error": "bad_refresh_token"})));
    backend.reply("GET", "/x", Reply::empty().status(401));
    let builder = CookieClient::builder("http://localhost").attach(Attach::cookies());
    let client = builder.transport(ServiceTransport::new(backend.clone())).build().unwrap();
    client.login().await.unwrap();
    assert!(client.x().await.unwrap_err().requires_sign_in());
    assert!(!client.session().state().is_signed_in());
    assert_eq!(backend.count("POST", "/refresh"), 1, "I14");
}
