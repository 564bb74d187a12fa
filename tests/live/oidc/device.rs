//! The sign-in by a code on another device.

use std::time::Duration;

use sdk_runtime::oauth2::{OAuthClient, OAuthError, UserCode};

use crate::browser::{Browser, User, walk};
use crate::world::{SCOPES, World};

/// Waits until the program shows a code.
async fn shown(browser: &Browser) -> UserCode {
    loop {
        if let Some(code) = browser.codes.lock().unwrap().last() {
            return code.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn program(world: &World) -> OAuthClient {
    world.program("cli").await.scopes(SCOPES).build().unwrap()
}

#[tokio::test]
#[ignore = "needs node"]
async fn a_user_signs_in_on_another_device_while_the_program_asks() {
    let world = World::new(60);
    let oauth = program(&world).await;
    let browser = Browser::agreeing("ann");
    let user = async {
        let code = shown(&browser).await;
        assert_eq!(code.url.path(), "/device");
        assert_eq!(code.expires_in, Duration::from_secs(120));
        while world.count("authorization_pending").await == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        world.fault("slow_down", 1).await;
        let pages = walk(code.complete.unwrap(), "ann", User::Agrees, |_| Vec::new()).await;
        assert!(pages[0].status == 200 && pages[0].text.contains("Sign-in Success"), "{pages:?}");
    };
    let begin = tokio::time::Instant::now();
    let (outcome, ()) = tokio::join!(oauth.sign_in_by_device(&browser), user);
    outcome.unwrap();
    // The server names no interval: 5 s, once more 5 s, and 10 s after `slow_down`.
    assert!(begin.elapsed() >= Duration::from_secs(20), "{:?}", begin.elapsed());
    assert_eq!(world.count("POST /token 400").await, 2);
    let api = world.api(&oauth);
    assert_eq!(api.me().await.unwrap().user.as_deref(), Some("ann"));
    oauth.session().refresh().await.unwrap();
    assert_eq!(api.me().await.unwrap().user.as_deref(), Some("ann"));
}

#[tokio::test]
#[ignore = "needs node"]
async fn a_user_refuses_on_another_device() {
    let world = World::new(60);
    let oauth = program(&world).await;
    let browser = Browser::of("ann", User::Refuses);
    let user = async {
        let code = shown(&browser).await;
        walk(code.complete.unwrap(), "ann", User::Refuses, |_| Vec::new()).await
    };
    match tokio::join!(oauth.sign_in_by_device(&browser), user) {
        (Err(OAuthError::Refused(refusal)), _) => assert_eq!(refusal.error, "access_denied"),
        other => panic!("{other:?}"),
    }
}
