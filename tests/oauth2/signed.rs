//! A program that names itself by a statement that it signs (`private_key_jwt`).

use std::collections::HashSet;
use std::io;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{KeyPair, PublicKeyData};
use sdk_runtime::Url;
use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{
    ClientAuth, ClientStatement, Interaction, OAuthClientBuilder, PrivateKey, UserCode,
};
use sdk_testkit::{Backend, Reply, Request};
use serde_json::{Value, json};

use crate::world::{Browser, ISSUER, builder, document, documented, issuing};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn part(text: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

/// Verifies the statement in a request as a server does, and returns its name.
fn verified(request: &Request, key: &KeyPair) -> String {
    let at = request.path();
    assert_eq!(request.header("authorization"), None, "{at}");
    assert_eq!(request.form_value("client_secret"), None, "{at}");
    assert_eq!(request.form_value("client_id").as_deref(), Some("web"), "{at}");
    assert_eq!(request.form_value("client_assertion_type").as_deref(), Some(TYPE), "{at}");
    let statement = request.form_value("client_assertion").unwrap();
    let (signed, signature) = statement.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.der_bytes());
    public.verify(signed.as_bytes(), &signature).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    assert_eq!(part(header), json!({ "alg": "ES256", "typ": "JWT", "kid": "k1" }), "{at}");
    let claims = part(claims);
    assert_eq!([&claims["iss"], &claims["sub"]], ["web", "web"], "{at}");
    assert_eq!(claims["aud"], ISSUER, "{at}: the issuer alone, and no list");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (from, to) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
    assert!(from <= now && now <= from + 30 && to == from + 60, "{at}: {from} {to} at {now}");
    claims["jti"].as_str().unwrap().to_owned()
}

/// Verifies that each form has a statement of its own, and returns their paths.
fn each(backend: &Backend, key: &KeyPair) -> Vec<String> {
    let requests = backend.requests();
    let forms: Vec<_> = requests.iter().filter(|request| request.method() == "POST").collect();
    let names: HashSet<String> = forms.iter().map(|request| verified(request, key)).collect();
    assert_eq!(names.len(), forms.len(), "a statement is used once");
    assert!(names.iter().all(|name| name.len() == 43), "{names:?}");
    forms.iter().map(|request| request.path().to_owned()).collect()
}

/// Lets the token endpoint answer so first, and then issue tokens.
fn first(backend: &Backend, replies: Vec<Reply>) {
    let replies = Mutex::new(replies.into_iter());
    backend.route("POST", "/token", move |_| {
        let issued = json!({ "access_token": "a9", "token_type": "Bearer", "refresh_token": "r9" });
        let reply = replies.lock().unwrap().next().unwrap_or_else(|| Reply::json(&issued));
        std::future::ready(reply)
    });
}

/// A program with a key. Its secret is not used.
async fn program(backend: &Backend) -> (OAuthClientBuilder, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let private = PrivateKey::from_pem(&format!("\n{}\n", key.serialize_pem())).unwrap().key_id("k1");
    let builder = builder(backend, ClientCredentials::new("web", "s3cret")).await;
    (builder.auth(ClientAuth::PrivateKeyJwt(private)), key)
}

#[tokio::test]
async fn i42_each_request_of_a_login_has_a_statement_of_its_own() {
    let backend = documented(document(&[]));
    issuing(&backend);
    let pushed = json!({ "request_uri": "urn:x", "expires_in": 60 });
    backend.reply("POST", "/par", Reply::json(&pushed).status(201));
    backend.reply("POST", "/revoke", Reply::empty());
    let (builder, key) = program(&backend).await;
    let oauth = builder.build().unwrap();
    let browser = Browser { pushed: Some(backend.clone()), ..Browser::agreeing() };
    oauth.sign_in(&browser).await.unwrap();
    oauth.session().refresh().await.unwrap();
    oauth.session().refresh().await.unwrap();
    oauth.sign_out().await.unwrap();
    assert_eq!(each(&backend, &key), ["/par", "/token", "/token", "/token", "/revoke"]);
    let opened = browser.opened.lock().unwrap();
    assert!(!opened[0].as_str().contains("assertion"), "the browser gets none: {}", opened[0]);
}

/// A server that remembers the statement of the first send would refuse the second one as a copy.
#[tokio::test(start_paused = true)]
async fn i42_a_refresh_that_is_sent_once_more_has_a_new_statement() {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    issuing(&backend);
    let (builder, key) = program(&backend).await;
    let oauth = builder.build().unwrap();
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    first(&backend, vec![Reply::reset()]);
    oauth.session().refresh().await.unwrap();
    assert_eq!(each(&backend, &key), ["/token"; 3]);
}

struct Screen;

impl Interaction for Screen {
    async fn open(&self, url: &Url) -> io::Result<()> {
        panic!("{url} is for another device")
    }

    async fn show_code(&self, _: &UserCode) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn i42_each_question_for_a_code_has_a_statement_of_its_own() {
    let backend = documented(document(&[]));
    let code = json!({
        "device_code": "d1", "user_code": "WDJB", "verification_uri": "https://id.test/go", "expires_in": 60,
    });
    backend.reply("POST", "/device", Reply::json(&code));
    let pending = || Reply::json(&json!({ "error": "authorization_pending" })).status(400);
    first(&backend, vec![pending(), pending()]);
    let (builder, key) = program(&backend).await;
    builder.build().unwrap().sign_in_by_device(&Screen).await.unwrap();
    assert_eq!(each(&backend, &key), ["/device", "/token", "/token", "/token"]);
}

#[tokio::test]
async fn i42_a_program_without_a_user_signs_each_request() {
    let backend = documented(document(&[]));
    issuing(&backend);
    let (builder, key) = program(&backend).await;
    let oauth = builder.client_credentials().build().unwrap();
    oauth.session().refresh().await.unwrap();
    oauth.session().refresh().await.unwrap();
    assert_eq!(each(&backend, &key), ["/token"; 2]);
}

/// RS256, another audience, and a header of its own: each as the server wants it.
#[tokio::test]
async fn i42_a_function_signs_a_statement_of_its_own_for_each_request() {
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};

    let pair = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let key = EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes()).unwrap();
    let sign = move |mut statement: ClientStatement| {
        statement.aud = "https://id.test/token".to_owned();
        let header = Header { x5t: Some("thumb".to_owned()), ..Header::new(Algorithm::RS256) };
        encode(&header, &statement, &key)
    };
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    issuing(&backend);
    backend.reply("POST", "/revoke", Reply::empty());
    let key = PrivateKey::from_signer(sign).key_id("its header has none");
    assert_eq!(format!("{key:?}"), "PrivateKey(..)");
    let builder = builder(&backend, ClientCredentials::public("web")).await;
    let oauth = builder.auth(ClientAuth::PrivateKeyJwt(key)).build().unwrap();
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    oauth.session().refresh().await.unwrap();
    oauth.sign_out().await.unwrap();
    let public = DecodingKey::from_rsa_pem(pair.public_key_pem().as_bytes()).unwrap();
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&["https://id.test/token"]);
    let requests = backend.requests();
    let forms = requests.iter().filter(|request| request.method() == "POST");
    let names: Vec<String> = forms
        .map(|request| {
            assert_eq!(request.form_value("client_assertion_type").as_deref(), Some(TYPE));
            let jwt = request.form_value("client_assertion").unwrap();
            let read = decode::<Value>(&jwt, &public, &rules).unwrap();
            assert_eq!((read.header.x5t.as_deref(), read.header.kid), (Some("thumb"), None));
            assert_eq!((&read.claims["iss"], &read.claims["sub"]), (&json!("web"), &json!("web")));
            read.claims["jti"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!((names.len(), names.iter().collect::<HashSet<_>>().len()), (3, 3), "I42");
}

#[tokio::test]
async fn a_function_that_cannot_sign_says_why() {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    issuing(&backend);
    let key = PrivateKey::from_signer(|_| Err::<String, _>("the card is not there"));
    let builder = builder(&backend, ClientCredentials::public("web")).await;
    let oauth = builder.auth(ClientAuth::PrivateKeyJwt(key)).build().unwrap();
    let browser = Browser::agreeing();
    let error = oauth.sign_in(&browser).await.unwrap_err();
    assert_eq!(error.to_string(), "the private key cannot sign: the card is not there");
    assert!(browser.first_page().await.contains("the card is not there"));
    assert_eq!(backend.count("POST", "/token"), 0);
}

/// I27: the key is in no text.
#[tokio::test]
async fn i27_a_key_that_cannot_be_used_says_why_and_shows_nothing() {
    let key = KeyPair::generate().unwrap();
    let pem = key.serialize_pem();
    let private = PrivateKey::from_pem(&pem).unwrap();
    assert_eq!(format!("{:?}", private.clone()), "PrivateKey(..)");
    assert_eq!(format!("{:?}", ClientAuth::PrivateKeyJwt(private)), "PrivateKeyJwt(PrivateKey(..))", "I27");

    let other = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap().serialize_pem();
    let labelled = |label: &str| pem.replace("PRIVATE KEY", label);
    for (pem, why) in [
        (labelled("EC PRIVATE KEY"), "has the form of SEC 1: `openssl pkcs8 -topk8 -nocrypt` writes it as"),
        (labelled("ENCRYPTED PRIVATE KEY"), "is encrypted"),
        (labelled("RSA PRIVATE KEY"), "is one of RSA"),
        (labelled("PUBLIC KEY"), "is a public one"),
        (labelled("CERTIFICATE"), "is a public one"),
        (pem.replace('\n', "\\n"), "has the two characters `\\n` where its lines end"),
        (other, "is damaged, or not one of the curve P-256"),
        (pem.replacen("ME", "", 1).replacen("MI", "", 1), "is damaged"),
        (pem.lines().nth(1).unwrap().to_owned(), "is not in PEM"),
        (String::new(), "is not in PEM"),
    ] {
        let error = PrivateKey::from_pem(&pem).unwrap_err();
        let (shown, inside) = (format!("{error} {error:?}"), pem.lines().nth(1).unwrap_or("none"));
        assert!(error.to_string().starts_with(&format!("the private key {why}")), "{error}");
        assert!(!shown.contains(&inside[..4.min(inside.len())]), "I27: {shown}");
    }
}
