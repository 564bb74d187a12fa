//! An authorization server, an API behind it, and a user with a browser.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{AuthorizationServer, Interaction, OAuthClient, OAuthClientBuilder};
use sdk_runtime::{Result, ServiceTransport, Url, api_client};
use sdk_testkit::{Backend, Reply, Request};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const ISSUER: &str = "https://id.test/tenant";

#[api_client]
pub trait Api {
    #[get("/me")]
    async fn me(&self) -> Result<String>;
}

/// The discovery document, without some of its members.
pub fn document(without: &[&str]) -> Value {
    let mut all = json!({
        "issuer": ISSUER,
        "token_endpoint": "https://id.test/token",
        "authorization_endpoint": "https://id.test/authorize?tenant=1",
        "device_authorization_endpoint": "https://id.test/device",
        "revocation_endpoint": "https://id.test/revoke",
        "pushed_authorization_request_endpoint": "https://id.test/par",
        "authorization_response_iss_parameter_supported": true,
        "code_challenge_methods_supported": ["S256"],
    });
    without.iter().for_each(|name| drop(all.as_object_mut().unwrap().remove(*name)));
    all
}

/// A server with this document.
pub fn documented(document: Value) -> Backend {
    Backend::new().reply("GET", "/tenant/.well-known/openid-configuration", Reply::json(&document))
}

pub fn memory(backend: &Backend) -> ServiceTransport<Backend> {
    ServiceTransport::new(backend.clone())
}

pub async fn discovered(backend: &Backend) -> AuthorizationServer {
    AuthorizationServer::discover_over(ISSUER, memory(backend)).await.unwrap()
}

pub async fn builder(backend: &Backend, credentials: ClientCredentials) -> OAuthClientBuilder {
    OAuthClient::builder(discovered(backend).await, credentials)
}

/// Lets the token endpoint issue `a1`, `a2` and so on, with `r1`, `r2` and so on to users.
pub fn issuing(backend: &Backend) {
    let number = Mutex::new(0);
    backend.route("POST", "/token", move |request| {
        let mut number = number.lock().unwrap();
        *number += 1;
        let is_user = !matches!(request.form_value("grant_type").as_deref(), Some("client_credentials"));
        let mut issued = json!({ "access_token": format!("a{number}"), "token_type": "Bearer" });
        if is_user {
            issued["refresh_token"] = json!(format!("r{number}"));
        }
        std::future::ready(Reply::json(&issued))
    });
}

/// An API of `oauth` that accepts the token `a<valid>`.
pub fn api(oauth: &OAuthClient, valid: &'static str) -> ApiClient {
    let server = Backend::new().route("GET", "/me", move |request| async move {
        match request.bearer() == Some(valid) {
            true => Reply::text("me"),
            false => Reply::empty().status(401),
        }
    });
    let builder = ApiClient::builder("https://api.test").session(oauth.session());
    builder.transport(ServiceTransport::new(server)).build().unwrap()
}

/// The fields of a form, sorted.
pub fn fields(request: &Request) -> Vec<(String, String)> {
    let mut fields = request.form_pairs();
    fields.sort();
    fields
}

pub fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The queries that a browser brings back, made of those that it was sent with.
pub type Answers = dyn Fn(&HashMap<String, String>) -> Vec<String> + Send + Sync;

/// A user whose browser opens the page and comes back.
pub struct Browser {
    pub answers: Box<Answers>,
    pub opened: Arc<Mutex<Vec<Url>>>,
    /// Whole responses of the program's own page.
    pub pages: Arc<Mutex<Vec<String>>>,
    /// What the page of a pushed request stands for.
    pub pushed: Option<Backend>,
}

impl Browser {
    pub fn new(answers: impl Fn(&HashMap<String, String>) -> Vec<String> + Send + Sync + 'static) -> Self {
        Self { answers: Box::new(answers), opened: Arc::default(), pages: Arc::default(), pushed: None }
    }

    /// A user who agrees.
    pub fn agreeing() -> Self {
        Self::new(|sent| {
            vec![format!("/callback?code=c1&state={}&iss=https%3A%2F%2Fid.test%2Ftenant", sent["state"])]
        })
    }

    /// The first page of the program that the browser has shown.
    pub async fn first_page(&self) -> String {
        let shown = async {
            loop {
                if let Some(page) = self.pages.lock().unwrap().first() {
                    return page.clone();
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), shown).await.expect("no page was shown")
    }
}

impl Interaction for Browser {
    async fn open(&self, url: &Url) -> io::Result<()> {
        self.opened.lock().unwrap().push(url.clone());
        let sent: HashMap<String, String> = match &self.pushed {
            Some(backend) => backend.last().unwrap().form_pairs().into_iter().collect(),
            None => url.query_pairs().into_owned().collect(),
        };
        let address = Url::parse(&sent["redirect_uri"]).unwrap();
        let (targets, pages) = ((self.answers)(&sent), self.pages.clone());
        tokio::spawn(async move {
            for target in targets {
                let host = (address.host_str().unwrap().to_owned(), address.port().unwrap());
                let mut stream = TcpStream::connect(host).await.unwrap();
                let request = format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n");
                stream.write_all(request.as_bytes()).await.unwrap();
                let mut page = String::new();
                stream.read_to_string(&mut page).await.unwrap();
                pages.lock().unwrap().push(page);
            }
        });
        Ok(())
    }
}
