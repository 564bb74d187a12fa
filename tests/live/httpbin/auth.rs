//! Bearer tokens, basic credentials, challenges, and a login.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sdk_runtime::{
    Attach, Error, ErrorResponse, Head, Refusal, Result, TokenResponse, Tokens, api_client, oauth,
};
use serde::Deserialize;
use serde_json::Value;

use crate::api::{Echo, served};

#[derive(Debug, Deserialize)]
struct Bearer {
    authenticated: bool,
    token: String,
}

#[derive(Debug, Deserialize)]
struct Basic {
    authenticated: bool,
    user: String,
}

/// httpbin issues no tokens, but answers with what it is asked for.
#[derive(Deserialize)]
struct Issued {
    args: BTreeMap<String, Value>,
}

impl TokenResponse for Issued {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        let text = |name| self.args.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Tokens::new(text("access")).refresh_token(text("refresh")))
    }
}

#[api_client]
trait Guarded {
    #[post("/anything")]
    #[session(start)]
    async fn sign_in(&self, #[query] access: &str, #[query] refresh: &str) -> Result<Issued>;

    #[post("/anything?access=fresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: oauth::RefreshRequest) -> Result<Issued>;

    #[get("/bearer")]
    async fn bearer(&self) -> Result<Bearer>;

    #[get("/bearer", auth = none)]
    async fn unsigned(&self) -> Result<Bearer>;

    #[get("/status/401")]
    async fn of_others(&self) -> Result<()>;

    #[get("/anything")]
    async fn echoed(&self) -> Result<Echo>;

    #[get("/redirect-to")]
    async fn moved(&self, #[query] url: &str) -> Result<Value>;

    #[get("/basic-auth/{user}/{password}", auth = none)]
    async fn basic(&self, user: &str, password: &str, #[header] authorization: Option<&str>)
    -> Result<Basic>;

    #[get("/hidden-basic-auth/{user}/{password}", auth = none)]
    async fn hidden(
        &self,
        user: &str,
        password: &str,
        #[header] authorization: Option<&str>,
    ) -> Result<Basic>;

    #[get("/digest-auth/auth,auth-int/user/password/SHA-256", auth = none)]
    async fn digest(&self) -> Result<()>;
}

fn client() -> GuardedClient {
    GuardedClient::new(served().url()).unwrap()
}

fn answer(error: Error) -> ErrorResponse {
    match error {
        Error::Status(answer) => answer,
        error => panic!("{error:?}"),
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_bearer_token_arrives() {
    let client = GuardedClient::builder(served().url()).bearer("a.b-c_d~e+f/g==").build().unwrap();
    let bearer = client.bearer().await.unwrap();
    assert!(bearer.authenticated);
    assert_eq!(bearer.token, "a.b-c_d~e+f/g==");
    let answer = answer(client.unsigned().await.unwrap_err());
    assert_eq!((answer.status().as_u16(), answer.challenges()[0].scheme()), (401, "Bearer"));
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_login_signs_and_refreshes() {
    let client = client();
    assert!(matches!(client.bearer().await, Err(Error::NotSignedIn(_))));
    client.sign_in("first", "again").await.unwrap();
    assert_eq!(client.bearer().await.unwrap().token, "first");
    // A challenge of another scheme does not reject the token.
    assert_eq!(answer(client.of_others().await.unwrap_err()).status().as_u16(), 401);
    assert_eq!(client.bearer().await.unwrap().token, "first");
    client.session().refresh().await.unwrap();
    assert_eq!(client.bearer().await.unwrap().token, "fresh");
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_rejected_token_is_refreshed() {
    // httpbin takes any token for a right one, but looks for it in `authorization`.
    let builder = GuardedClient::builder(served().url());
    let client = builder.attach(Attach::header("x-token", "Bearer")).build().unwrap();
    client.sign_in("first", "again").await.unwrap();
    let error = client.bearer().await.unwrap_err();
    assert!(matches!(error, Error::SessionExpired(_)), "{error:?}");
    let sent = client.echoed().await.unwrap().headers.remove("X-Token");
    assert_eq!(sent.as_deref(), Some("Bearer fresh"));
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_token_stays_at_its_origin() {
    let client = GuardedClient::builder(served().url()).bearer("secret").build().unwrap();
    let here = client.moved("/headers").await.unwrap();
    assert_eq!(here["headers"]["Authorization"], "Bearer secret");
    let elsewhere = client.moved(&format!("{}/headers", served().other_url())).await.unwrap();
    assert_eq!(elsewhere["headers"].get("Authorization"), None);
}

#[tokio::test]
#[ignore = "needs python3"]
async fn basic_credentials_arrive() {
    let client = client();
    for (user, password) in [("user", "password"), ("é", "pa:ss wörd")] {
        let credentials = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
        for basic in [
            client.basic(user, password, Some(&credentials)).await.unwrap(),
            client.hidden(user, password, Some(&credentials)).await.unwrap(),
        ] {
            assert!(basic.authenticated);
            assert_eq!(basic.user, user);
        }
        let refused = answer(client.basic(user, "other", Some(&credentials)).await.unwrap_err());
        assert_eq!((refused.status().as_u16(), refused.challenges()[0].realm()), (401, Some("Fake Realm")));
        let hidden = answer(client.hidden(user, password, None).await.unwrap_err());
        assert_eq!(hidden.status().as_u16(), 404);
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn the_challenge_of_digest_is_read() {
    let answer = answer(client().digest().await.unwrap_err());
    let [challenge] = &*answer.challenges() else { panic!("{:?}", answer.challenges()) };
    assert!(challenge.is("digest"));
    assert_eq!(challenge.realm(), Some("me@kennethreitz.com"));
    assert_eq!(
        (challenge.param("algorithm"), challenge.param("qop")),
        (Some("SHA-256"), Some("auth, auth-int"))
    );
    assert!(challenge.param("nonce").is_some_and(|it| it.len() == 32 || it.len() == 64));
}
