//! The sign-in by a code, which the user types into a browser.

use sdk_runtime::oauth2::{OAuthClient, OAuthError};
use serde_json::json;

use crate::browser::Browser;
use crate::world::{SCOPES, World};

async fn program(world: &World) -> OAuthClient {
    world.program("cli").await.scopes(SCOPES).build().unwrap()
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn a_user_types_the_code_and_signs_in() {
    let world = World::new(60);
    let oauth = program(&world).await;
    let browser = Browser::new("device", json!({}));
    oauth.sign_in_by_device(&browser).await.unwrap();
    let page = browser.page().await;
    assert_eq!((page.status, &*page.title), (200, "Sign-in Success"), "{page:?}");
    assert_eq!(world.api(&oauth).me().await.unwrap().user.as_deref(), Some("ann"));
}

#[tokio::test]
#[ignore = "needs chromium"]
async fn a_user_types_the_code_and_refuses() {
    let world = World::new(60);
    let oauth = program(&world).await;
    let browser = Browser::new("device-refused", json!({ "refuses": true }));
    match oauth.sign_in_by_device(&browser).await {
        Err(OAuthError::Refused(refusal)) => assert_eq!(refusal.error, "access_denied"),
        other => panic!("{other:?}"),
    }
    let page = browser.page().await;
    assert!(page.text.contains("interrupted"), "{page:?}");
}
