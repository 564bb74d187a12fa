//! The end of a login at the server, and a login that another process goes on with.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sdk_runtime::error::ExpiredReason;
use sdk_runtime::{Error, FileStore, SessionState};
use serde_json::Value;

use crate::browser::Browser;
use crate::world::{SCOPES, World};

/// A file of this test.
pub fn file(name: &str) -> PathBuf {
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("oidc-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder.join("login.json")
}

/// The access token and the refresh token in a file: a line that says whose it is, and JSON.
fn stored(path: &Path) -> [String; 2] {
    let text = fs::read_to_string(path).unwrap();
    let login: Value = serde_json::from_str(text.split_once('\n').unwrap().1).unwrap();
    ["access", "refresh"].map(|name| login["login"][name].as_str().unwrap().to_owned())
}

#[tokio::test]
#[ignore = "needs node"]
async fn a_sign_out_revokes_the_whole_login_at_the_server() {
    let world = World::new(60);
    let path = file("sign_out");
    let oauth = world.program("cli").await.scopes(SCOPES).store(FileStore::new(&path)).build().unwrap();
    oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
    world.api(&oauth).me().await.unwrap();
    oauth.session().flush().await.unwrap();
    let tokens = stored(&path);
    for token in &tokens {
        assert!(world.is_active(token).await);
    }
    oauth.sign_out().await.unwrap();
    for token in &tokens {
        assert!(!world.is_active(token).await);
    }
    assert!(matches!(oauth.session().state(), SessionState::SignedOut));
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[tokio::test]
#[ignore = "needs node"]
async fn a_login_that_the_server_has_ended_is_over_until_the_user_signs_in_again() {
    let world = World::new(60);
    let path = file("ended");
    let oauth = world.program("cli").await.scopes(SCOPES).store(FileStore::new(&path)).build().unwrap();
    oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
    oauth.session().flush().await.unwrap();
    let [_, refresh] = stored(&path);
    world.revoke(&refresh).await;
    let api = world.api(&oauth);
    match api.me().await {
        Err(Error::SessionExpired(expired)) => assert_eq!(expired.reason(), ExpiredReason::RefreshRejected),
        other => panic!("{other:?}"),
    }
    assert!(matches!(oauth.session().state(), SessionState::Expired(_)));
    oauth.sign_in(&Browser::agreeing("bob")).await.unwrap();
    assert_eq!(api.me().await.unwrap().user.as_deref(), Some("bob"));
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[tokio::test]
#[ignore = "needs node"]
async fn a_program_that_is_started_again_goes_on_with_the_login() {
    let world = World::new(2);
    let path = file("restart");
    let oauth = world.program("cli").await.scopes(SCOPES).store(FileStore::new(&path)).build().unwrap();
    oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
    oauth.session().flush().await.unwrap();
    drop(oauth);
    // The access token has lapsed meanwhile.
    tokio::time::sleep(Duration::from_millis(2100)).await;
    for round in 1..=2 {
        let oauth = world.program("cli").await.scopes(SCOPES).store(FileStore::new(&path)).build().unwrap();
        assert_eq!(world.api(&oauth).me().await.unwrap().user.as_deref(), Some("ann"));
        oauth.session().refresh().await.unwrap();
        assert_eq!(world.count("authorization_code").await, 1, "round {round}: no sign-in");
        oauth.session().shutdown().await.unwrap();
    }
    assert_eq!(world.count("reused").await, 0);
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
}
