//! A refresh without a claim, of a login that is not stored: what the store and other processes know of it
//! (I38).

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, error::ExpiredReason};
use sdk_testkit::Reply;
use test_support::user;
use tokio::time::sleep;

use crate::frail::Fault::{Fails, Late, No};
use crate::frail::Frail;
use crate::store_down::call_after_expiry;
use crate::tracker::server;

#[tokio::test(start_paused = true)]
async fn i14_what_is_being_spent_without_a_claim_is_not_put_into_the_store() {
    for ends in ["refresh", "sign-out", "sign-in", "shutdown", "rejection"] {
        let (server, store) = (server(), Frail::new());
        store.breaks([Fails, Fails, Fails]);
        let client = store.client(&server);
        client.login(&user("ann")).await.unwrap();
        server.expire_access_tokens();
        let hold = server.hold_refreshes();
        let call = tokio::spawn(client.issue(1).into_future());
        server.wait_for(|counts| counts.refreshes == 1).await;
        store.mend();
        sleep(Duration::from_secs(15)).await;
        assert!(!store.has_a_login(), "I14: another process would send the same token");
        match ends {
            "sign-out" => client.session().sign_out(),
            "sign-in" => drop(client.login(&user("bob")).await.unwrap()),
            "rejection" => server.revoke_all(),
            _ => {}
        }
        let session = client.session().clone();
        let shutdown = tokio::spawn(async move {
            if ends == "shutdown" {
                session.shutdown().await.unwrap();
            }
        });
        tokio::task::yield_now().await;
        hold.release();
        let called = call.await.unwrap();
        assert_eq!(called.is_ok(), ends == "refresh", "{ends}: {called:?}");
        shutdown.await.unwrap();
        if ends != "shutdown" {
            client.session().flush().await.unwrap();
        }
        drop(client);
        let again = store.client(&server).issue(2).await.map(|issue| issue.owner);
        match ends {
            "refresh" | "shutdown" => assert_eq!(again.expect(ends), "ann"),
            "sign-in" => assert_eq!(again.expect(ends), "bob"),
            _ => assert!(matches!(again, Err(Error::NotSignedIn(_))), "{ends}: {again:?}"),
        }
        assert_eq!(server.counts().reused, 0, "I14: {ends}");
    }
}

#[tokio::test(start_paused = true)]
async fn i14_what_may_have_been_spent_without_a_claim_is_known_after_a_restart() {
    let (server, store) = (server(), Frail::new());
    store.writes(Fails);
    let client = store.client(&server);
    client.login(&user("ann")).await.unwrap();
    for _ in 0..2 {
        server.next_refresh(Reply::reset());
    }
    let failing = call_after_expiry(&server, &client).await;
    assert!(matches!(failing, Err(Error::RefreshUnavailable(_))), "{failing:?}");
    store.mend();
    client.session().flush().await.unwrap();
    drop(client);
    server.revoke_all();
    let Err(Error::SessionExpired(expired)) = store.client(&server).issue(1).await else { panic!("I14") };
    assert_eq!(expired.reason(), ExpiredReason::LostRotation, "I14");
}

#[tokio::test(start_paused = true)]
async fn i14_what_may_have_been_spent_without_a_claim_is_known_after_a_shutdown() {
    let (server, store) = (server(), Frail::new());
    store.writes(Fails);
    let client = store.client(&server);
    client.login(&user("ann")).await.unwrap();
    server.next_refresh(Reply::hang());
    server.expire_access_tokens();
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    store.mend();
    let _ = client.session().shutdown().await;
    assert!(matches!(call.await.unwrap(), Err(Error::Closed(_))));
    drop(client);
    sleep(Duration::from_secs(60)).await;
    assert!(store.has_a_login(), "I9");
    server.revoke_all();
    let Err(Error::SessionExpired(expired)) = store.client(&server).issue(1).await else { panic!("I14") };
    assert_eq!(expired.reason(), ExpiredReason::LostRotation, "I14");
}

#[tokio::test(start_paused = true)]
async fn i1_a_write_that_is_done_late_is_made_void_before_a_refresh() {
    let (server, store) = (server(), Frail::lockable());
    store.breaks([No, Late(6_000), Fails]);
    let client = store.client(&server);
    let login = client.clone();
    let login = tokio::spawn(async move { login.login(&user("ann")).await });
    sleep(Duration::from_secs(1)).await;
    server.expire_access_tokens();
    let hold = server.hold_refreshes();
    let call = tokio::spawn(client.issue(1).into_future());
    sleep(Duration::from_secs(1)).await;
    store.mend();
    login.await.unwrap().unwrap();
    server.wait_for(|counts| counts.refreshes == 1).await;
    sleep(Duration::from_secs(2)).await;
    assert!(store.text().contains("intent"), "I1: what is being sent is known to the store");
    hold.release();
    assert_eq!(call.await.unwrap().unwrap().owner, "ann");
    assert_eq!(store.client(&server).issue(2).await.unwrap().owner, "ann", "after a restart");
    assert_eq!(server.counts().reused, 0);
}
