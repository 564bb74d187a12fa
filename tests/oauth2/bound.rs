//! Tokens that are bound to a key (DPoP, RFC 9449), at servers that verify each proof.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{OAuthClient, OAuthClientBuilder, OAuthError};
use sdk_runtime::store::{MemoryStore, StoredLogin, TokenStore};
use sdk_runtime::{Error, Result, ServiceTransport, api_client};
use sdk_testkit::{Backend, Reply, Request};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::{Layer, ServiceExt};

use crate::world::{Browser, builder, document, documented, issuing};

#[api_client]
trait Api {
    #[get("/me")]
    async fn me(&self, #[query] verbose: Option<bool>) -> Result<String>;

    #[post("/notes")]
    async fn note(&self, #[json] text: &str) -> Result<String>;

    #[get("/old")]
    async fn old(&self) -> Result<String>;

    #[get("/away")]
    async fn away(&self) -> Result<String>;
}

/// What both servers know.
#[derive(Default)]
struct Known {
    /// The key of each token.
    keys: HashMap<String, String>,
    /// The names of all proofs.
    names: HashSet<String>,
    issued: usize,
    /// The access tokens that the API does not accept any more.
    over: HashSet<String>,
    /// The nonce that each server wants, by its host.
    nonces: HashMap<String, String>,
    /// What is issued is no DPoP token.
    is_bearer: bool,
    /// The keys of the requests, in order.
    used: Vec<String>,
}

/// A proof that was verified.
struct Proof {
    key: String,
    nonce: Option<String>,
}

type World = Arc<Mutex<Known>>;

fn part(text: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

impl Known {
    /// Verifies the proof of a request as RFC 9449, 4.3 says.
    fn verified(&mut self, request: &Request, token: Option<&str>) -> Proof {
        assert_eq!(request.headers().get_all("dpop").iter().count(), 1, "{}", request.target());
        let proof = request.header("dpop").unwrap();
        let (signed, signature) = proof.rsplit_once('.').unwrap();
        let (header, claims) = signed.split_once('.').map(|(it, claims)| (part(it), part(claims))).unwrap();
        assert_eq!((&header["typ"], &header["alg"]), (&json!("dpop+jwt"), &json!("ES256")));
        let jwk = &header["jwk"];
        assert_eq!(
            (&jwk["kty"], &jwk["crv"], jwk.as_object().unwrap().len()),
            (&json!("EC"), &json!("P-256"), 4)
        );
        let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        let point = [vec![4], number("x"), number("y")].concat();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(signed.as_bytes(), &signature)
            .unwrap();
        let address = format!("https://{}{}", request.host().unwrap(), request.path());
        assert_eq!((&claims["htm"], &claims["htu"]), (&json!(request.method().as_str()), &json!(address)));
        let hash = token.map(|token| json!(URL_SAFE_NO_PAD.encode(Sha256::digest(token))));
        assert_eq!(claims.get("ath"), hash.as_ref(), "{address}");
        assert!(claims["iat"].as_u64().unwrap() > 1_700_000_000);
        assert!(self.names.insert(claims["jti"].as_str().unwrap().to_owned()), "I43: a proof was used twice");
        let key = jwk["x"].as_str().unwrap().to_owned();
        self.used.push(key.clone());
        Proof { key, nonce: claims.get("nonce").map(|nonce| nonce.as_str().unwrap().to_owned()) }
    }

    /// Returns the nonce that the host wants and the proof lacks.
    fn lacks(&self, host: &str, proof: &Proof) -> Option<String> {
        self.nonces.get(host).filter(|nonce| proof.nonce.as_ref() != Some(*nonce)).cloned()
    }

    fn token(&mut self, request: &Request) -> Reply {
        let proof = self.verified(request, None);
        if let Some(nonce) = self.lacks("id.test", &proof) {
            let refusal = Reply::json(&json!({ "error": "use_dpop_nonce" })).status(400);
            return refusal.header("dpop-nonce", nonce);
        }
        if let Some(refresh) = request.form_value("refresh_token") {
            assert_eq!(
                self.keys.remove(&refresh),
                Some(proof.key.clone()),
                "I43: {refresh} is of another key"
            );
        }
        self.issued += 1;
        let (access, refresh) = (format!("a{}", self.issued), format!("r{}", self.issued));
        self.keys.insert(access.clone(), proof.key.clone());
        let kind = if self.is_bearer { "Bearer" } else { "DPoP" };
        let mut issued = json!({ "access_token": access, "token_type": kind });
        if request.form_value("grant_type").as_deref() != Some("client_credentials") {
            issued["refresh_token"] = json!(refresh);
            self.keys.insert(refresh, proof.key);
        }
        Reply::json(&issued)
    }

    fn resource(&mut self, request: &Request) -> Reply {
        let refused = |error: &str| {
            let challenge = format!("DPoP error=\"{error}\", algs=\"ES256\"");
            Reply::empty().status(401).header("www-authenticate", challenge)
        };
        let token =
            request.header("authorization").and_then(|it| it.strip_prefix("DPoP ")).unwrap().to_owned();
        let proof = self.verified(request, Some(&token));
        assert_eq!(self.keys.get(&token), Some(&proof.key), "I43: {token} is of another key");
        match self.lacks("api.test", &proof) {
            Some(nonce) => refused("use_dpop_nonce").header("dpop-nonce", nonce),
            None if self.over.contains(&token) => refused("invalid_token"),
            None => Reply::text(token),
        }
    }
}

/// Both servers.
fn servers() -> (Backend, Backend, World) {
    let (id, api, world) =
        (documented(document(&["pushed_authorization_request_endpoint"])), Backend::new(), World::default());
    let known = world.clone();
    id.route("POST", "/token", move |request| std::future::ready(known.lock().unwrap().token(&request)));
    for (method, path) in [("GET", "/me"), ("POST", "/notes")] {
        let known = world.clone();
        api.route(method, path, move |request| std::future::ready(known.lock().unwrap().resource(&request)));
    }
    for (path, to) in [("/old", "/me"), ("/away", "https://evil.test/me")] {
        let known = world.clone();
        api.route("GET", path, move |request| {
            known.lock().unwrap().resource(&request);
            std::future::ready(Reply::redirect(to))
        });
    }
    (id, api, world)
}

async fn dpop(id: &Backend) -> OAuthClientBuilder {
    builder(id, ClientCredentials::public("cli")).await.dpop()
}

fn client(oauth: &OAuthClient, api: &Backend) -> ApiClient {
    let builder = ApiClient::builder("https://api.test").session(oauth.session());
    builder.transport(ServiceTransport::new(api.clone())).build().unwrap()
}

fn keys(world: &World) -> HashSet<String> {
    world.lock().unwrap().used.drain(..).collect()
}

#[tokio::test]
async fn i43_each_request_has_a_new_proof_by_the_key_of_its_login() {
    let (id, api, world) = servers();
    let oauth = dpop(&id).await.build().unwrap();
    let client = client(&oauth, &api);
    let mut each = Vec::new();
    for login in 0..2 {
        oauth.sign_in(&Browser::agreeing()).await.unwrap();
        let token = client.me(Some(true)).await.unwrap();
        assert_eq!(client.note("x").await.unwrap(), token);
        world.lock().unwrap().over.insert(token.clone());
        assert_ne!(client.me(None).await.unwrap(), token, "after a refresh");
        oauth.session().refresh().await.unwrap();
        client.me(None).await.unwrap();
        let used = keys(&world);
        assert_eq!(used.len(), 1, "I43: one key for login {login}");
        each.extend(used);
    }
    assert_ne!(each[0], each[1], "I43: another sign-in has another key");
    assert_eq!(world.lock().unwrap().names.len(), 2 * (1 + 2 + 3 + 2));
}

/// RFC 9449, 10: a code that was stolen is of no use to a program with another key.
#[tokio::test]
async fn i43_a_code_is_bound_to_the_key_that_trades_it() {
    for pushed in [false, true] {
        let (mut id, _, _) = servers();
        if pushed {
            id = documented(document(&[]));
            let issued = json!({ "access_token": "a1", "token_type": "DPoP" });
            id.reply("POST", "/token", Reply::json(&issued));
            id.reply("POST", "/par", Reply::json(&json!({ "request_uri": "urn:x:1" })).status(201));
        }
        let browser = Browser { pushed: pushed.then(|| id.clone()), ..Browser::agreeing() };
        dpop(&id).await.build().unwrap().sign_in(&browser).await.unwrap();
        let bound = match pushed {
            true => id.requests().iter().find_map(|request| request.form_value("dpop_jkt")),
            false => {
                let page = browser.opened.lock().unwrap()[0].clone();
                page.query_pairs().find(|(name, _)| name == "dpop_jkt").map(|(_, value)| value.into_owned())
            }
        };
        let proof = id.last().unwrap().header("dpop").unwrap().to_owned();
        let jwk = &part(proof.split('.').next().unwrap())["jwk"];
        // RFC 7638, 3.3.
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
        assert_eq!(bound, Some(URL_SAFE_NO_PAD.encode(Sha256::digest(members))), "I43: pushed: {pushed}");
    }
    let id = documented(document(&["pushed_authorization_request_endpoint"]));
    issuing(&id);
    let browser = Browser::agreeing();
    builder(&id, ClientCredentials::public("cli")).await.build().unwrap().sign_in(&browser).await.unwrap();
    assert!(!browser.opened.lock().unwrap()[0].as_str().contains("dpop_jkt"), "without a key");
}

#[tokio::test]
async fn i43_a_key_is_stored_with_its_login_and_shown_nowhere() {
    let (id, api, world) = servers();
    let store = MemoryStore::new();
    let oauth = dpop(&id).await.store(store.clone()).build().unwrap();
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    oauth.session().flush().await.unwrap();
    let text = store.load().await.unwrap().unwrap().text().to_owned();
    let stored: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(stored["format"], 2, "versions that do not know the key leave the login as it is");
    let key = stored["login"]["proof_key"].as_str().unwrap();
    assert_eq!(key.len(), 43);
    let shown = format!("{oauth:?} {:?} {:?}", oauth.session(), oauth.session().state());
    assert!(!shown.contains(key), "I27: {shown}");

    let next = dpop(&id).await.store(store.clone()).build().unwrap();
    let client = client(&next, &api);
    assert_eq!(client.me(None).await.unwrap(), "a1");
    world.lock().unwrap().over.insert("a1".to_owned());
    assert_eq!(client.me(None).await.unwrap(), "a2");
    assert_eq!(keys(&world).len(), 1, "I43");
    let text = store.load().await.unwrap().unwrap().text().to_owned();
    assert!(text.contains(key), "the key stays after a refresh");

    // A program that forgot `.dpop()` does not send the token as one that each holder can use.
    let forgot = builder(&id, ClientCredentials::public("cli")).await.store(store).build().unwrap();
    let sent = api.requests().len();
    let error = self::client(&forgot, &api).me(None).await.unwrap_err();
    assert!(matches!(&error, Error::Store(_)) && error.to_string().contains(".dpop()"), "I43: {error}");
    assert_eq!(api.requests().len(), sent);
}

#[tokio::test]
async fn i43_a_stored_login_with_a_key_is_read_by_each_later_version() {
    let (id, api, world) = servers();
    let file = include_str!("../stores/golden/format-2/bound");
    let store = MemoryStore::new();
    let stored = StoredLogin::new(7, file.split_once('\n').unwrap().1);
    assert!(store.replace(0, stored).await.unwrap());
    let x = "b_A7lJJBzh2t1DUZ5pYOCoW0GmmgXDKBA6orzhWUyhY"; // of the private key 0x0101…01
    let known = ["a7", "r7"].map(|token| (token.to_owned(), x.to_owned()));
    world.lock().unwrap().keys.extend(known);
    let oauth = dpop(&id).await.store(store).build().unwrap();
    let client = client(&oauth, &api);
    assert_eq!(client.me(None).await.unwrap(), "a7");
    world.lock().unwrap().over.insert("a7".to_owned());
    assert_eq!(client.me(None).await.unwrap(), "a1");
    assert_eq!(keys(&world), HashSet::from([x.to_owned()]));
}

/// A program that begins to bind its tokens.
#[tokio::test]
async fn i43_a_stored_login_without_a_key_is_replaced_by_a_sign_in() {
    let (id, api, world) = servers();
    let store = MemoryStore::new();
    id.route("POST", "/token", |_| {
        let issued = json!({ "access_token": "a0", "token_type": "Bearer", "refresh_token": "r0" });
        std::future::ready(Reply::json(&issued))
    });
    let before = builder(&id, ClientCredentials::public("cli")).await.store(store.clone()).build().unwrap();
    before.sign_in(&Browser::agreeing()).await.unwrap();
    before.session().flush().await.unwrap();
    let text = || async { store.load().await.unwrap().unwrap().text().to_owned() };
    assert!(text().await.starts_with("{\"format\":1,"), "a login without a key is written as before");

    let oauth = dpop(&id).await.store(store.clone()).build().unwrap();
    let client = client(&oauth, &api);
    let error = client.me(None).await.unwrap_err();
    assert!(matches!(&error, Error::Store(_)) && error.to_string().contains("sign in again"), "{error}");
    let known = world.clone();
    id.route("POST", "/token", move |request| std::future::ready(known.lock().unwrap().token(&request)));
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    assert_eq!(client.me(None).await.unwrap(), "a1");
    oauth.session().flush().await.unwrap();
    assert!(text().await.starts_with("{\"format\":2,"));
}

#[tokio::test]
async fn i43_a_proof_is_by_hop_and_leaves_with_no_token() {
    let (id, api, _) = servers();
    let oauth = dpop(&id).await.build().unwrap();
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    let client = client(&oauth, &api);
    assert_eq!(client.old().await.unwrap(), "a1", "the second hop has a proof of its own");
    api.route("GET", "/me", |request| {
        let bare = request.header("dpop").is_none() && request.header("authorization").is_none();
        std::future::ready(Reply::text(if bare { "bare" } else { "signed" }))
    });
    assert_eq!(client.away().await.unwrap(), "bare", "I43");
}

#[tokio::test]
async fn a_nonce_is_taken_and_costs_no_refresh() {
    let (id, api, world) = servers();
    world
        .lock()
        .unwrap()
        .nonces
        .extend([("id.test", "n1"), ("api.test", "m1")].map(|(host, it)| (host.to_owned(), it.to_owned())));
    let oauth = dpop(&id).await.build().unwrap();
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    assert_eq!(id.count("POST", "/token"), 2, "one without the nonce");
    let client = client(&oauth, &api);
    assert_eq!(client.note("x").await.unwrap(), "a1");
    assert_eq!(client.me(None).await.unwrap(), "a1");
    assert_eq!((api.count("POST", "/notes"), api.count("GET", "/me")), (2, 1), "it is remembered");
    oauth.session().refresh().await.unwrap();
    assert_eq!(id.count("POST", "/token"), 3, "that of the other server too");
    world.lock().unwrap().nonces.insert("id.test".to_owned(), "n2".to_owned());
    oauth.session().refresh().await.unwrap();
    assert_eq!(id.count("POST", "/token"), 5, "a refresh with an old nonce has spent nothing");
    assert_eq!(client.me(None).await.unwrap(), "a3");

    // A server that is never content gets the request twice, and its answer is the caller's.
    let before = api.requests().len();
    let known = world.clone();
    api.route("GET", "/me", move |request| {
        let mut known = known.lock().unwrap();
        let number = known.names.len();
        known.nonces.insert("api.test".to_owned(), format!("m{number}"));
        std::future::ready(known.resource(&request))
    });
    let error = client.me(None).await.unwrap_err();
    assert!(matches!(&error, Error::Status(answer) if answer.status() == 401), "{error:?}");
    assert_eq!((api.requests().len() - before, id.count("POST", "/token")), (2, 5), "and no refresh");
    assert!(oauth.session().state().is_signed_in());
}

#[tokio::test]
async fn i43_tokens_that_are_bound_to_no_key_are_refused() {
    let (id, api, world) = servers();
    world.lock().unwrap().is_bearer = true;
    let oauth = dpop(&id).await.build().unwrap();
    let error = oauth.sign_in(&Browser::agreeing()).await.unwrap_err();
    assert!(matches!(&error, OAuthError::Unsupported(why) if why.contains("`DPoP`")), "{error}");
    world.lock().unwrap().is_bearer = false;
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    world.lock().unwrap().is_bearer = true;
    assert!(oauth.session().refresh().await.is_err());
    world.lock().unwrap().is_bearer = false;
    assert!(oauth.session().state().is_signed_in(), "the new refresh token is kept");
    assert_eq!(client(&oauth, &api).me(None).await.unwrap(), "a2", "the access token before it still signs");
    let error = oauth.session().sign_in(sdk_runtime::Tokens::new("x")).unwrap_err();
    assert!(error.to_string().contains("bound to no key"), "{error}");
}

#[tokio::test]
async fn a_program_without_a_user_has_a_key_too() {
    let (id, api, world) = servers();
    world.lock().unwrap().nonces.insert("id.test".to_owned(), "n1".to_owned());
    let oauth = dpop(&id).await.client_credentials().build().unwrap();
    let client = client(&oauth, &api);
    assert_eq!(client.me(None).await.unwrap(), "a1");
    world.lock().unwrap().over.insert("a1".to_owned());
    assert_eq!(client.me(None).await.unwrap(), "a2");
    assert_eq!(keys(&world).len(), 1, "I43");
    assert_eq!(id.count("POST", "/token"), 3, "the nonce is remembered");
}

#[tokio::test]
async fn a_layer_of_the_session_proves_too() {
    let (id, api, world) = servers();
    world.lock().unwrap().nonces.insert("api.test".to_owned(), "m1".to_owned());
    let oauth = dpop(&id).await.build().unwrap();
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    let layer = oauth.session().layer(["https://api.test"]).unwrap();
    let request =
        http::Request::get("https://api.test/me?x=1").body(http_body_util::Full::<bytes::Bytes>::default());
    let answer = layer.layer(api.clone()).oneshot(request.unwrap()).await.unwrap();
    assert_eq!((answer.status().as_u16(), api.requests().len()), (200, 2), "once more with the nonce");
}
