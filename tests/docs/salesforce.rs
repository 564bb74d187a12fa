//! `docs/cookbook/salesforce.md`.

use std::sync::{Arc, Mutex};

use sdk_testkit::{Backend, Reply, Request};
use serde_json::json;

use crate::scripted::{answers, forms, key};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use sdk_runtime::session::Grant;
use sdk_runtime::{Refusal, Result, Tokens, Url, api_client};
use serde::{Deserialize, Serialize};
use std::error::Error as StdError;

/// At "https://login.salesforce.com".
#[api_client(auth = none)]
pub trait Login {
    #[post("/services/oauth2/token")]
    async fn token(&self, #[form] assertion: &Assertion) -> Result<Issued>;
}

#[derive(Serialize)]
pub struct Assertion {
    grant_type: &'static str,
    assertion: String,
}

#[derive(Deserialize)]
pub struct Issued {
    access_token: String,
    instance_url: String,
}

/// The claims: the program, the user for whom it acts, and the login server.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'static str,
    exp: u64,
}

#[api_client]
pub trait Salesforce {
    #[get("/services/data/v66.0/sobjects/Account/{id}")]
    async fn account(&self, id: &str) -> Result<String>;
}

/// `base` is that of the login, which a call goes to before its instance is known.
fn salesforce(
    base: &str,
    id: &str,
    user: &str,
    pem: &str,
) -> std::result::Result<SalesforceClient, Box<dyn StdError>> {
    let (id, user) = (id.to_owned(), user.to_owned());
    let key = EncodingKey::from_rsa_pem(pem.as_bytes())?;
    let login = LoginClient::new(base)?;
    let issued = move |_: Grant| {
        let exp = get_current_timestamp() + 180;
        let claims = Claims { iss: &id, sub: &user, aud: "https://login.salesforce.com", exp };
        let signed = encode(&Header::new(Algorithm::RS256), &claims, &key);
        let login = login.clone();
        async move {
            let grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
            let assertion = Assertion { grant_type, assertion: signed.map_err(Refusal::try_later)? };
            let issued = login.token(&assertion).await.map_err(Refusal::try_later)?;
            Ok(Tokens::new(issued.access_token).api_origin(issued.instance_url))
        }
    };
    Ok(SalesforceClient::builder(base).refresh_with(issued).allow_origin_if(is_of_salesforce).build()?)
}

fn is_of_salesforce(origin: &Url) -> bool {
    origin.scheme() == "https" && origin.host_str().is_some_and(|host| host.ends_with(".my.salesforce.com"))
}

type Outcome = std::result::Result<(), Box<dyn StdError>>;

#[tokio::test]
async fn salesforce_tells_where_the_instance_is() -> Outcome {
    let (pem, said) = key(Algorithm::RS256)?;
    let backend = Backend::new();
    let server = backend.serve().await?;
    let (instance, rejected) = ("https://acme.my.salesforce.com", Arc::new(Mutex::new(String::from("none"))));
    let issued = |token: &str, instance: &str| {
        let id = "https://login.salesforce.com/id/00D/005";
        let issued = json!({
            "access_token": token, "scope": "api", "instance_url": instance, "id": id, "token_type": "Bearer",
        });
        Reply::json(&issued)
    };
    answers(&backend, "/services/oauth2/token", vec![issued("a1", instance), issued("a2", &server.url())]);
    let client = salesforce(&server.url(), "3MVG9", "ann@acme.example", &pem)?;
    let session = client.session();
    assert_eq!(session.access_token().await?.expose(), "a1");
    let assertion = &forms(&backend, "/services/oauth2/token")[0];
    assert_eq!(assertion["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let (_, claims) = said(&assertion["assertion"])?;
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("3MVG9"), &json!("ann@acme.example")));
    assert_eq!(claims["aud"], "https://login.salesforce.com");

    // An instance that is here, whose first token it rejects.
    session.refresh().await?;
    let known = rejected.clone();
    backend.route("GET", "/services/data/v66.0/sobjects/Account/{id}", move |request: Request| {
        let mut rejected = known.lock().unwrap();
        let is_first = *rejected == "none";
        *rejected = request.bearer().unwrap_or_default().to_owned();
        let error = json!([{ "message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID" }]);
        std::future::ready(match is_first {
            true => Reply::json(&error).status(401),
            false => Reply::text("account"),
        })
    });
    answers(&backend, "/services/oauth2/token", vec![issued("a3", &server.url())]);
    assert_eq!(client.account("001").await?, "account");
    assert_eq!(*rejected.lock().unwrap(), "a3", "sent again with the next token");

    let elsewhere = |url: &str| Url::parse(url).is_ok_and(|url| is_of_salesforce(&url));
    assert!(elsewhere(instance) && !elsewhere("https://my.salesforce.com.evil.example"));
    assert!(!elsewhere("http://acme.my.salesforce.com"));
    Ok(())
}
