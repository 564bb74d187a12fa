//! Scopes: what a login may not do is not asked for, as far as that is known.

use sdk_runtime::__private::Endpoint;
use sdk_runtime::{Error, SessionState};
use sdk_testkit::{Backend, Reply};

use crate::support::{client, endpoint, script, tokens_of};

static REMOVE: Endpoint = Endpoint::new("Api::remove", "DELETE", "/it").scopes(&["it:read", "it:delete"]);

#[tokio::test(start_paused = true)]
async fn what_was_not_granted_is_not_asked_for() {
    for (granted, missing) in [
        (&[][..], &[][..]),
        (&["it:read it:delete"], &[]),
        (&["it:delete", "other it:read"], &[]),
        (&["it:read"], &["it:delete"]),
        (&["it"], &["it:read", "it:delete"]),
        (&["IT:READ it:delete"], &["it:read"]),
    ] {
        let backend = Backend::new().reply("DELETE", "/it", Reply::text("done"));
        let api = client(&backend, |builder| builder);
        api.session().sign_in(tokens_of("ann").scopes(granted.iter().copied())).unwrap();
        let outcome = api.call(&REMOVE).await;
        match outcome {
            Ok(_) => assert!(missing.is_empty(), "{granted:?}"),
            Err(Error::InsufficientScope(error)) => {
                assert_eq!(error.missing().collect::<Vec<_>>(), missing, "{granted:?}");
                assert_eq!(error.required(), ["it:read", "it:delete"]);
            }
            Err(other) => panic!("{granted:?}: {other:?}"),
        }
        assert_eq!(backend.requests().len(), usize::from(missing.is_empty()), "{granted:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_says_nothing_leaves_the_scopes_and_one_that_does_replaces_them() {
    let backend = Backend::new();
    script(&backend, "GET", "/any", vec![Reply::empty().status(401), Reply::text("done")]);
    script(&backend, "POST", "/refresh", vec![Reply::text("second"), Reply::text("third it:read")]);
    let api = client(&backend, |builder| builder);
    api.session().sign_in(tokens_of("ann").scopes(["it:read it:delete"])).unwrap();
    let scopes = || match api.session().state() {
        SessionState::SignedIn(login) => login.scopes().map(|scopes| scopes.join(" ")),
        other => panic!("{other:?}"),
    };
    let any = endpoint(Endpoint::new("Api::any", "GET", "/any"));
    api.call(any).await.unwrap();
    assert_eq!(scopes().as_deref(), Some("it:read it:delete"));

    // Less than before: found out when the token that is to be sent is known.
    script(&backend, "DELETE", "/it", vec![Reply::empty().status(401), Reply::text("done")]);
    let error = api.call(&REMOVE).await.unwrap_err();
    assert!(matches!(error, Error::InsufficientScope(_)), "{error:?}");
    assert_eq!(scopes().as_deref(), Some("it:read"));
    assert_eq!(backend.count("DELETE", "/it"), 1);
}

/// A refresh would grant no more than there is.
#[tokio::test(start_paused = true)]
async fn a_token_that_has_lapsed_is_not_refreshed_for_what_it_may_not_do() {
    let backend = Backend::new().reply("POST", "/refresh", Reply::text("new"));
    let api = client(&backend, |builder| builder);
    let tokens = tokens_of("ann").scopes(["it:read"]).expires_in(std::time::Duration::from_secs(1));
    api.session().sign_in(tokens).unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let error = api.call(&REMOVE).await.unwrap_err();
    assert!(matches!(error, Error::InsufficientScope(_)), "{error:?}");
    assert_eq!(backend.requests().len(), 0);
}
