//! Whose request it is: nothing is sent in the name of a user who did not ask for it, or to the wrong server.

use std::future::IntoFuture;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sdk_runtime::{
    Error, Grant, Head, Refusal, Result, ServiceTransport, Session, SessionState, TokenRequest,
    TokenResponse, Tokens, api_client,
};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::api::{ApiClient, add_held, backend_of, client, hold_refresh, idle, refresh, signed_in, spent};
use crate::tracker::{expired_client, server};

/// Row 17: to forget the token while callers waited for it brought them down.
#[tokio::test(start_paused = true)]
async fn a_sign_out_ends_all_waits_and_disturbs_no_other() {
    let server = server();
    let client = expired_client(&server).await;
    let hold = server.hold_refreshes();
    let mut calls = JoinSet::new();
    for id in 0..100 {
        calls.spawn(client.issue(id).into_future());
    }
    server.wait_for(|counts| counts.refreshes == 1).await;
    idle().await;
    client.session().sign_out();
    while let Some(done) = timeout(Duration::from_secs(1), calls.join_next()).await.expect("I6") {
        assert!(matches!(done.unwrap(), Err(Error::NotSignedIn(_))), "I6");
    }
    hold.release();
    server.wait_for(|counts| counts.rotations == 1).await;
    idle().await;
    assert!(matches!(client.session().state(), SessionState::SignedOut), "I10");
}

/// Row 48: "the token has changed, so send it again": what Ann had deleted was deleted in Bob's name.
#[tokio::test(start_paused = true)]
async fn what_one_user_deletes_is_not_deleted_in_the_name_of_the_next() {
    for waits_for_a_refresh in [false, true] {
        let backend = Backend::new();
        let (refusals, refreshed) = (add_held(&backend, 1), hold_refresh(&backend, refresh()));
        let client = signed_in(&backend);
        let delete = tokio::spawn(client.delete(0).into_future());
        backend.received(1).await;
        if waits_for_a_refresh {
            refusals[0].notify_one();
            backend.received(2).await;
        }
        client.session().sign_in(Tokens::new("of bob").refresh_token("r of bob")).unwrap();
        refusals[0].notify_one();
        refreshed.notify_one();
        let Err(Error::IdentityChanged(changed)) = delete.await.unwrap() else { panic!("went on") };
        assert!(changed.was_sent());
        idle().await;
        assert_eq!(backend.count("DELETE", "/held/{id}"), 1, "I12");
        assert!(backend.requests().iter().all(|request| request.bearer() != Some("of bob")), "I12");
    }
}

/// Row 50: a request was sent again after the application had gone over to another server, with the token of
/// the first.
#[tokio::test(start_paused = true)]
async fn a_replay_does_not_follow_the_application_to_another_server() {
    let (old, new) = (backend_of("a1", refresh()), backend_of("of the new", Reply::empty().status(401)));
    let refusals = add_held(&old, 1);
    let (at_old, at_new) = (signed_in(&old), client(&new));
    let late = tokio::spawn(at_old.held(0).into_future());
    old.received(1).await;
    at_old.session().sign_out();
    at_new.session().sign_in(Tokens::new("of the new")).unwrap();
    refusals[0].notify_one();
    assert!(matches!(late.await.unwrap(), Err(Error::NotSignedIn(_))), "I12");
    assert_eq!(at_new.x().await.unwrap(), "welcome");
    assert_eq!(old.requests().len(), 1);
    let shown: Vec<_> = new.requests().iter().map(|it| it.bearer().unwrap().to_owned()).collect();
    assert_eq!(shown, ["of the new"], "I11, I22");
}

/// What the declared refresh may use while it runs.
static OWN: OnceLock<Session> = OnceLock::new();

#[derive(Serialize)]
struct Nosy {
    refresh_token: String,
}

impl TokenRequest for Nosy {
    fn from_grant(grant: &Grant) -> Option<Self> {
        assert!(OWN.get()?.state().is_signed_in());
        Some(Self { refresh_token: grant.refresh_token()?.expose().to_owned() })
    }
}

#[derive(Deserialize)]
struct NosyAnswer {
    access: String,
}

impl TokenResponse for NosyAnswer {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        let session = OWN.get().unwrap();
        match self.access.as_str() {
            "sign out" => session.sign_out(),
            "sign in" => session.sign_in(Tokens::new("a2")).unwrap(),
            "close" => session.close(),
            _ => drop(session.watch().current()),
        }
        Ok(Tokens::new(self.access.as_str()))
    }
}

#[api_client]
trait NosyApi {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Nosy) -> Result<NosyAnswer>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

/// Row 19: code of the user's was called under the lock, and what it called waited for the lock. The refresh
/// that asks the session what it has was the other way to wait for oneself.
#[tokio::test(start_paused = true)]
async fn code_of_the_users_may_use_the_session_from_inside_its_refresh() {
    let answers = Arc::new(std::sync::Mutex::new(Vec::<&str>::new()));
    let next = answers.clone();
    let backend = backend_of("a1", Reply::empty());
    backend.route("POST", "/refresh", move |_| {
        let access = next.lock().unwrap().pop().unwrap();
        std::future::ready(Reply::json(&serde_json::json!({ "access": access })))
    });
    let transport = ServiceTransport::new(backend.clone());
    let client = NosyApiClient::builder("http://localhost").transport(transport).build().unwrap();
    OWN.set(client.session().clone()).unwrap();
    for answer in ["a1", "sign out", "sign in", "close"] {
        answers.lock().unwrap().push(answer);
        client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
        let outcome = client.x().await;
        let is_expected = match answer {
            "a1" => matches!(&outcome, Ok(text) if text == "welcome"),
            "sign out" => matches!(outcome, Err(Error::NotSignedIn(_))),
            "sign in" => matches!(outcome, Err(Error::IdentityChanged(_))),
            _ => matches!(outcome, Err(Error::Closed(_))),
        };
        assert!(is_expected, "I28: {answer} gave {outcome:?}");
    }
    assert_eq!(spent(&backend).len(), 4);
}

/// The undoing of a refresh that came too late erased the login that had come meanwhile.
#[tokio::test(start_paused = true)]
async fn a_sign_out_and_a_sign_in_during_a_refresh_leave_the_second_login_as_it_is() {
    let backend = backend_of("a2", Reply::empty());
    let refreshed = hold_refresh(&backend, refresh());
    let client: ApiClient = signed_in(&backend);
    let call = tokio::spawn(client.x().into_future());
    backend.received(2).await;
    client.session().sign_out();
    client.session().sign_in(Tokens::new("a2").refresh_token("r2")).unwrap();
    refreshed.notify_one();
    call.await.unwrap().unwrap_err();
    idle().await;
    let SessionState::SignedIn(login) = client.session().state() else { panic!("I10: signed out") };
    let tokens = (login.access_token().unwrap().expose(), login.refresh_token().unwrap().expose());
    assert_eq!(tokens, ("a2", "r2"), "I10");
    assert_eq!(client.x().await.unwrap(), "welcome");
}
