//! A store with stale reads, while this session itself has written: neither is the work of another process.

use std::time::Duration;

use sdk_runtime::Tokens;
use test_support::user;
use tokio::time::sleep;

use crate::frail::Fault::{Hangs, No, Slow};
use crate::frail::Frail;
use crate::tracker::{builder, server};

/// Tokens of a login of `name` that no store has.
async fn tokens(server: &sdk_testkit::TokenServer, name: &'static str) -> Tokens {
    let client = builder(server).build().unwrap();
    client.login(&user(name)).await.unwrap();
    let sdk_runtime::SessionState::SignedIn(login) = client.session().state() else { panic!("no login") };
    Tokens::new(login.access_token().unwrap().expose()).refresh_token(login.refresh_token().unwrap().expose())
}

fn millis(millis: u64) -> tokio::time::Sleep {
    sleep(Duration::from_millis(millis))
}

#[tokio::test(start_paused = true)]
async fn i16_a_read_that_is_older_than_the_own_write_of_a_login_is_not_its_end() {
    for store in Frail::both() {
        let server = server();
        let client = store.client(&server);
        client.issue(1).await.unwrap_err();
        let tokens = tokens(&server, "ann").await;
        // The writer has read; what it writes comes after the read of the claim and before the answer to
        // that.
        store.loads(Slow(10));
        client.session().sign_in(tokens).unwrap();
        millis(1).await;
        store.loads(Slow(3_000));
        let session = client.session().clone();
        let refresh = tokio::spawn(async move { session.refresh().await });
        millis(1).await;
        store.mend();
        refresh.await.unwrap().expect("I16: no caller has signed out");
        assert_eq!(client.issue(2).await.unwrap().owner, "ann");
    }
}

#[tokio::test(start_paused = true)]
async fn i15_a_write_that_was_certainly_not_done_is_not_one_that_was_replaced() {
    for store in Frail::both() {
        let server = server();
        let (client, other) = (store.client(&server), store.client(&server));
        client.login(&user("ann")).await.unwrap();
        other.issue(1).await.unwrap();
        let tokens = tokens(&server, "bob").await;
        // The writer has read what the other process replaces meanwhile, so its first write is certainly not
        // done.
        store.loads(Slow(1_000));
        client.session().sign_in(tokens).unwrap();
        millis(1).await;
        store.mend();
        other.session().refresh().await.unwrap();
        store.loads(Slow(100));
        millis(1_020).await;
        // The second is in doubt.
        store.mend();
        store.writes(Hangs);
        millis(100).await;
        store.writes(No);
        let refreshed = client.session().refresh().await;
        let owner = client.issue(2).await.map(|issue| issue.owner);
        assert_eq!(owner.unwrap(), "bob", "I15: {refreshed:?}");
    }
}
