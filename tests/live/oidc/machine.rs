//! Programs that act for themselves.

use std::time::Duration;

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{AuthorizationServer, ClientAuth, OAuthClient};
use sdk_runtime::{Error, SessionState};

use crate::world::World;

#[tokio::test]
#[ignore = "needs node"]
async fn a_program_fetches_its_token_with_the_first_call_by_basic_and_by_post() {
    let world = World::new(2);
    for (id, auth) in [("machine", ClientAuth::Basic), ("machine post", ClientAuth::Post)] {
        let oauth = world.program(id).await.auth(auth).client_credentials().build().unwrap();
        let api = world.api(&oauth);
        let before = world.count("client_credentials").await;
        let me = api.me().await.unwrap();
        assert_eq!((me.user, &*me.program), (None, id));
        // A token lives for 2 s.
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            api.me().await.unwrap();
        }
        assert!(world.count("client_credentials").await >= before + 2);
    }
}

/// A wrong secret is for the operator to mend, and the end of a login for the user.
#[tokio::test]
#[ignore = "needs node"]
async fn a_wrong_secret_is_no_end_of_a_login() {
    let world = World::new(60);
    let server = AuthorizationServer::discover(&world.url()).await.unwrap();
    let credentials = ClientCredentials::new("machine", "wrong");
    let oauth = OAuthClient::builder(server, credentials).client_credentials().build().unwrap();
    match world.api(&oauth).me().await {
        Err(Error::RefreshUnavailable(error)) => assert!(!error.to_string().contains("wrong"), "{error}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.count("invalid_client").await, 1);
    assert!(!matches!(oauth.session().state(), SessionState::Expired(_)));
}
