//! A user who lacks a scope signs in again with it.

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{AuthorizationServer, OAuthClient};
use sdk_runtime::store::MemoryStore;
use sdk_runtime::{Error, Result, ServiceTransport, SessionState, api_client};
use sdk_testkit::{Backend, Reply};
use serde_json::json;

use crate::world::{Browser, builder, discovered, document, documented};

#[api_client]
trait Issues {
    #[delete("/issues/{id}")]
    async fn delete(&self, id: u64) -> Result<()>;
}

/// An API that wants the scope `delete`, which the token `a2` has.
fn issues() -> Backend {
    Backend::new().route("DELETE", "/issues/{id}", |request| async move {
        let challenge = r#"Bearer error="insufficient_scope", scope="read delete""#;
        match request.bearer() {
            Some("a2") => Reply::empty(),
            _ => Reply::empty().status(403).header("www-authenticate", challenge),
        }
    })
}

#[tokio::test]
async fn a_sign_in_asks_for_the_scopes_that_a_call_has_lacked() {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    let issue = |token: &str, scope: &str| {
        let issued =
            json!({ "access_token": token, "token_type": "Bearer", "scope": scope, "refresh_token": "r" });
        backend.reply("POST", "/token", Reply::json(&issued))
    };
    issue("a1", "read email");
    let builder = builder(&backend, ClientCredentials::public("cli")).await;
    let oauth = builder.scopes(["openid  read", "read"]).build().unwrap();
    let browser = Browser::agreeing();
    oauth.sign_in(&browser).await.unwrap();
    let transport = ServiceTransport::new(issues());
    let api = IssuesClient::builder("https://api.test").session(oauth.session()).transport(transport);
    let api = api.build().unwrap();
    let Err(Error::InsufficientScope(lacking)) = api.delete(7).await else { panic!("it lacks `delete`") };

    issue("a2", "read email delete");
    let with_more = oauth.with_scopes(lacking.required());
    with_more.sign_in(&browser).await.unwrap();
    api.delete(7).await.expect("the clients share the login");

    // What was granted is asked for again, unless the program signs in as it was built.
    oauth.with_scopes(["admin write", "read"]).sign_in(&browser).await.unwrap();
    oauth.sign_in(&browser).await.unwrap();
    let asked: Vec<_> = browser.opened.lock().unwrap().iter().map(scope).collect();
    let expected =
        ["openid read", "openid read email delete", "openid read email delete admin write", "openid read"];
    assert_eq!(asked, expected);
}

#[api_client]
trait Gists {
    #[get("/gists", auth = scopes("gist"))]
    async fn gists(&self) -> Result<String>;
}

/// A comma can be part of a scope (RFC 6749, 3.3), so the program says which server separates by it.
#[tokio::test]
async fn scopes_that_commas_separate_are_several_where_the_program_says_so() {
    for (separator, granted) in [(None, vec!["repo,gist"]), (Some(','), vec!["repo", "gist"])] {
        let backend = documented(document(&["pushed_authorization_request_endpoint"]));
        let issued = json!({ "access_token": "a1", "refresh_token": "r", "scope": "repo,gist" });
        backend.reply("POST", "/token", Reply::json(&issued));
        let server = discovered(&backend).await;
        let server = separator.into_iter().fold(server, AuthorizationServer::scope_separator);
        let store = MemoryStore::default();
        let builder = || OAuthClient::builder(server.clone(), ClientCredentials::public("cli"));
        let oauth = builder().store(store.clone()).build().unwrap();
        let browser = Browser::agreeing();
        oauth.sign_in(&browser).await.unwrap();
        oauth.session().refresh().await.unwrap();
        let started_again = builder().store(store).build().unwrap();
        started_again.session().resume().await.unwrap();

        for oauth in [oauth, started_again] {
            let SessionState::SignedIn(login) = oauth.session().state() else { panic!("signed in") };
            assert_eq!(login.scopes().unwrap(), granted);
            let server = Backend::new().reply("GET", "/gists", Reply::text("some"));
            let api = GistsClient::builder("https://api.test").session(oauth.session());
            let api = api.transport(ServiceTransport::new(server)).build().unwrap();
            let lacks = matches!(api.gists().await, Err(Error::InsufficientScope(_)));
            assert_eq!(lacks, separator.is_none());
            oauth.with_scopes(["admin"]).sign_in(&browser).await.unwrap();
            let asked = scope(browser.opened.lock().unwrap().last().unwrap());
            assert_eq!(asked, format!("{} admin", granted.join(" ")));
        }
    }
}

fn scope(page: &sdk_runtime::Url) -> String {
    page.query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned()
}
