//! The sign-in by a browser on this machine, and the page at its end.

use sdk_runtime::oauth2::{OAuthClient, OAuthError};
use serde_json::json;

use crate::browser::{Browser, Page};
use crate::world::{SCOPES, World};

async fn program(world: &World) -> OAuthClient {
    world.program("cli").await.scopes(SCOPES).build().unwrap()
}

/// Checks what each last page must be.
fn check(page: &Page, status: u16, title: &str) {
    assert_eq!((page.status, &*page.title), (status, title), "{page:?}");
    assert!(page.text.contains(title) && page.fits, "{page:?}");
    assert_eq!(page.complaints, Vec::<String>::new());
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn a_user_signs_in_and_sees_it_when_the_tokens_are_there() {
    let world = World::new(60);
    let oauth = program(&world).await;
    world.fault("slow", 1).await;
    let browser = Browser::new("signed-in", json!({}));
    oauth.sign_in(&browser).await.unwrap();
    let page = browser.page().await;
    check(&page, 200, "You are signed in");
    assert!(page.text.contains("You can close this page"), "{page:?}");
    assert_eq!(world.count("fault slow").await, 1, "the page has waited for the token endpoint");
    assert_eq!(world.api(&oauth).me().await.unwrap().user.as_deref(), Some("ann"));
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn a_user_refuses_on_a_narrow_and_dark_screen() {
    let world = World::new(60);
    let oauth = program(&world).await;
    let browser = Browser::new("refused", json!({ "refuses": true, "width": 360, "scheme": "dark" }));
    match oauth.sign_in(&browser).await {
        Err(OAuthError::Refused(refusal)) => assert_eq!(refusal.error, "access_denied"),
        other => panic!("{other:?}"),
    }
    let page = browser.page().await;
    check(&page, 400, "You are not signed in");
    assert!(page.text.contains("access_denied: End-User aborted interaction"), "{page:?}");
    assert!(!oauth.session().state().is_signed_in());
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn a_user_sees_that_the_token_endpoint_is_down() {
    let world = World::new(60);
    let oauth = program(&world).await;
    world.fault("503", 1).await;
    let browser = Browser::new("down", json!({ "width": 360 }));
    let error = oauth.sign_in(&browser).await.unwrap_err();
    assert!(matches!(&error, OAuthError::Request(request) if request.error().is_transient()), "{error:?}");
    let page = browser.page().await;
    check(&page, 400, "You are not signed in");
    assert!(page.text.contains("The sign-in could not be completed.\n"), "{page:?}");
    assert!(!oauth.session().state().is_signed_in());
}
