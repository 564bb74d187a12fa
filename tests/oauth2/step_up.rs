//! A user who lacks a scope signs in again with it.

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::{Error, Result, ServiceTransport, api_client};
use sdk_testkit::{Backend, Reply};
use serde_json::json;

use crate::world::{Browser, builder, document, documented};

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

fn scope(page: &sdk_runtime::Url) -> String {
    page.query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned()
}
