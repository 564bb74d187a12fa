//! What survives a login, a refresh, a write and the session itself, and what does not.

use super::*;
use crate::error::StoreError;
use crate::session::state::message::Refreshed;
use crate::session::stored::{DeniedRefresh, OutcomeUnknown, StoredCredential, TokenId, Undecodable};

fn with_store() -> World {
    let mut core = Core::new(7, true);
    core.make_refreshable(Default::default());
    World { core, now: crate::runtime::Clock::default().now() }
}

/// Signed in, with a store that has the login.
fn kept() -> World {
    let mut world = with_store();
    world.signs_in("one");
    world.is_saved();
    world
}

fn loaded(id: TokenId) -> StoredCredential {
    StoredCredential { id, credential: tokens("theirs"), jar: Arc::default(), undecodable: None }
}

fn answer() -> Undecodable {
    match cool_down::undecodable("first") {
        RefreshOutcome::Undecodable(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn logins(of: &[&TokenId]) -> Logins {
    let mut logins = Logins::default();
    of.iter().for_each(|id| logins.insert(&id.login));
    logins
}

impl World {
    fn signs_in(&mut self, access: &str) -> TokenId {
        self.core.sign_in(tokens(access), None, None, self.now).unwrap();
        self.core.id.clone().unwrap()
    }

    fn pending_write(&mut self) -> Option<(bool, Replaces)> {
        self.core.pending_write().map(|pending| (pending.record.is_some(), pending.replaces))
    }
}

#[test]
fn i10_nothing_of_a_login_is_left_for_the_next_one() {
    for ends in [
        |world: &mut World| drop(world.core.sign_out().unwrap()),
        |world: &mut World| drop(world.signs_in("next")),
    ] {
        let mut world = kept();
        let (me, version, jar) = (world.me(), world.active().version, world.core.view().jar.clone());
        assert!(matches!(world.demand(&me, Some(version)), Demand::Start(..)));
        let flight = world.core.flight.unwrap().id;
        world
            .finish(flight, RefreshOutcome::Unknown { cause: UnavailableCause::Timeout, retry_after: None })
            .unwrap()
            .unwrap_err();
        world.core.hold("Api::y".into(), version, world.now.mono);
        assert!(matches!(world.core.outcome_unknown, OutcomeUnknown::ResponseLost), "I14");
        assert!(world.core.cool_down.is_some() && !world.core.rejected_by().is_empty());
        ends(&mut world);
        assert!(world.core.watched().is_empty(), "I35: holds are of the epoch");
        assert!(world.core.cool_down.is_none() && world.core.failures == 0, "I18");
        assert!(matches!(world.core.outcome_unknown, OutcomeUnknown::No), "I14");
        assert!(!Arc::ptr_eq(&jar, &world.core.view().jar), "I10: its cookies");
        if let Phase::SignedOut = world.core.view().phase {
            assert!(world.core.refresh.is_none() && world.core.id.is_none(), "I29");
            world.signs_in("after");
        }
        assert!(world.core.rejected_by().is_empty(), "I34");
        assert_ne!(world.core.refresh.as_ref().unwrap().expose(), "refresh of one", "I12");
    }
}

#[test]
fn i29_an_end_leaves_nothing_to_refresh_with_and_no_cool_down() {
    let mut world = kept();
    world
        .refreshes(RefreshOutcome::Unknown { cause: UnavailableCause::Timeout, retry_after: None })
        .unwrap_err();
    let (id, version) = (world.core.id.clone().unwrap(), world.active().version);
    world.core.login_over(version, SessionExpired::new(ExpiredReason::LoginOver)).unwrap();
    assert!(world.core.refresh.is_none(), "I29");
    assert!(
        world.core.cool_down.is_none() && matches!(world.core.outcome_unknown, OutcomeUnknown::No),
        "I29"
    );
    assert_eq!(world.pending_write(), Some((false, Replaces::UpTo(id, Logins::default()))), "I15");
}

#[test]
fn i15_an_end_and_a_sign_out_clear_the_logins_that_were_replaced_before_the_store_had_the_next() {
    for is_end in [true, false] {
        let mut world = kept();
        let first = world.core.id.clone().unwrap();
        let second = world.signs_in("two");
        assert!(world.core.pending_write().is_some(), "it may be written");
        let expected = match is_end {
            true => {
                let version = world.active().version;
                world.core.login_over(version, SessionExpired::new(ExpiredReason::LoginOver)).unwrap();
                Replaces::UpTo(second, logins(&[&first]))
            }
            false => {
                world.core.sign_out().unwrap();
                Replaces::Logins(logins(&[&first, &second]))
            }
        };
        assert_eq!(world.pending_write(), Some((false, expected)), "I15: {is_end}");
    }
}

#[test]
fn i14_a_new_refresh_token_has_no_unknown_outcome() {
    for (refresh, is_in_doubt) in [(Some("rotated"), false), (Some(""), true), (None, true)] {
        let mut world = kept();
        world
            .refreshes(RefreshOutcome::Unknown { cause: UnavailableCause::Timeout, retry_after: None })
            .unwrap_err();
        let id = world.core.id.clone().unwrap().next(7);
        let cause = UnavailableCause::DeadOnArrival;
        let unusable = RefreshOutcome::Unusable {
            refresh: refresh.map(Into::into),
            id: Some(id.clone()),
            cause,
            not_stored: None,
        };
        world.refreshes(unusable).unwrap_err();
        assert_eq!(
            matches!(world.core.outcome_unknown, OutcomeUnknown::ResponseLost),
            is_in_doubt,
            "I14: {refresh:?}"
        );
        assert_eq!(world.core.id.as_ref(), Some(&id), "the store names them so");
        let Demand::Start(start, _) = world.core.demand_refresh(world.now) else { panic!("not refreshed") };
        let record = start.input.unwrap().record;
        assert_eq!(record.outcome_unknown, is_in_doubt, "I14: the next process is told");
        let expected = refresh.filter(|it| !it.is_empty()).unwrap_or("refresh of one");
        assert_eq!(record.tokens.refresh.unwrap().expose(), expected, "I9: it refreshes with the new one");
    }
}

#[test]
fn i28_what_was_replaced_is_given_out_once_to_be_dropped() {
    let mut world = World::signed_in();
    let (flight, _) = world.start();
    world.finish(flight, denied()).unwrap().unwrap_err();
    world.core.sign_in(tokens("two"), None, None, world.now).unwrap();
    assert_eq!(world.core.take_retired().len(), 1, "I28");
    assert!(world.core.take_retired().is_empty(), "I28");
}

#[test]
fn an_unusable_answer_is_waited_for_up_to_five_minutes_and_a_dead_token_up_to_one() {
    let request = || UnavailableCause::Request(crate::error::InvalidRequest::new("x", "is none"));
    for (cause, longest) in
        [((|| UnavailableCause::DeadOnArrival) as fn() -> UnavailableCause, 60), (request, 300)]
    {
        let mut world = kept();
        for _ in 0..12 {
            world
                .refreshes(RefreshOutcome::Unusable {
                    refresh: None,
                    id: None,
                    cause: cause(),
                    not_stored: None,
                })
                .unwrap_err();
        }
        let wait = world.core.cool_down.as_ref().unwrap().until - world.now.mono;
        let longest = Duration::from_secs(longest);
        assert!(longest / 2 <= wait && wait <= longest, "I18: {wait:?} of {longest:?}");
        world.core.network_changed(world.now);
        world.refreshes(unavailable(None)).unwrap_err();
        let wait = world.core.cool_down.as_ref().unwrap().until - world.now.mono;
        assert!(wait <= Duration::from_secs(1), "I18: in another network it begins again: {wait:?}");
    }
}

#[test]
fn a_refresh_is_sent_again_after_a_quarter_to_three_quarters_of_a_second() {
    let mut waits = Vec::new();
    let mut world = kept();
    for _ in 0..300 {
        let Demand::Start(start, _) = world.core.demand_refresh(world.now) else { panic!("not refreshed") };
        waits.push(start.resend_after.as_millis());
        world.finish(start.flight, unavailable(None)).unwrap().unwrap_err();
    }
    assert!(waits.iter().all(|wait| (250..=750).contains(wait)), "{waits:?}");
    assert!(waits.iter().max() > waits.iter().min(), "not all at the same time");
}

#[test]
fn what_an_answer_leaves_out_stays_as_it_was() {
    let mut world = with_store();
    let first = Tokens::new("a").subject("ann").scopes(["read"]).refresh_token("r");
    let credential = |told| Credential { tokens: told, ..tokens("any") };
    world.core.sign_in(credential(first), None, None, world.now).unwrap();
    world.refreshes(RefreshOutcome::Success(credential(Tokens::new("b")).into())).unwrap();
    let snapshot = world.active();
    assert_eq!(snapshot.tokens.subject.as_deref(), Some("ann"), "I12");
    assert_eq!(snapshot.tokens.scopes.as_deref(), Some(&["read".to_owned()][..]));
    assert_eq!(snapshot.tokens.refresh.as_ref().unwrap().expose(), "r", "I31");
    world.refreshes(RefreshOutcome::Success(credential(Tokens::new("c").subject("bob")).into())).unwrap();
    assert_eq!(world.active().tokens.scopes, None, "those were ann's");
}

#[test]
fn what_another_process_has_put_there_is_taken_over_with_its_cookies_and_what_it_was_answered() {
    for is_same in [true, false] {
        let mut world = kept();
        let own = world.core.id.clone().unwrap();
        let id = if is_same { own.next(7) } else { TokenId::first(1) };
        let news = StoredCredential { undecodable: Some(answer()), ..loaded(id.clone()) };
        let jar = news.jar.clone();
        world.core.must_write(Replaces::UpTo(own, Logins::default()));
        world.refreshes(RefreshOutcome::Adopted(Box::new(news))).unwrap();
        assert!(Arc::ptr_eq(&world.core.view().jar, &jar) && Arc::ptr_eq(&world.active().jar, &jar));
        assert_eq!(world.core.id.as_ref(), Some(&id));
        assert!(!world.core.has_pending_write(), "I15: what was unsaved is older");
        assert!(world.core.outcome_unknown.undecodable().is_some(), "I14");
        assert!(matches!(world.core.demand_refresh(world.now), Demand::Fail(_)), "I14");

        // The same after a refresh that stored newer tokens.
        let mut world = kept();
        let own = world.core.id.clone().unwrap();
        let id = if is_same { own.next(7) } else { TokenId::first(1) };
        let adopted = loaded(id.clone());
        let jar = adopted.jar.clone();
        let refreshed =
            Refreshed { id: Some(id.next(1)), adopted: Some(Box::new(adopted)), ..tokens("two").into() };
        world.refreshes(RefreshOutcome::Success(refreshed)).unwrap();
        assert!(Arc::ptr_eq(&world.active().jar, &jar), "its cookies sign");
    }
}

#[test]
fn i14_tokens_that_were_rejected_stay_so_when_they_are_found_again_and_no_others_do() {
    let denied = |id: &TokenId| DeniedRefresh {
        id: id.clone(),
        expired: SessionExpired::new(ExpiredReason::RefreshRejected),
    };
    let mut world = kept();
    let id = world.core.id.clone().unwrap();
    let outcome = RefreshOutcome::DeniedUnconfirmed(denied(&id), UnavailableCause::Timeout);
    world.refreshes(outcome).unwrap_err();
    let evicted = world.core.may_be_evicted(true, world.now).unwrap();
    for (found, is_refused) in [(id.clone(), true), (id.next(7), false), (TokenId::first(1), false)] {
        let mut next = with_store();
        next.core.inherit(evicted.clone());
        // It may be evicted too, before any caller has used it.
        let evicted = next.core.may_be_evicted(true, next.now).unwrap();
        assert!(!evicted.is_nothing(), "I14");
        let mut last = with_store();
        last.core.inherit(evicted);
        last.core.loaded(Some(loaded(found.clone())), last.now);
        let Demand::Start(start, _) = last.core.demand_refresh(last.now) else { panic!("not refreshed") };
        assert_eq!(start.input.unwrap().denied.is_some(), is_refused, "I14: {found:?}");
        last.finish(start.flight, RefreshOutcome::Adopted(Box::new(loaded(found.clone())))).unwrap().unwrap();
        assert_eq!(last.core.denied.is_some(), is_refused, "I14: {found:?}");
    }
}

#[test]
fn i15_an_end_that_the_store_could_not_take_is_that_of_each_login_it_was_of() {
    let mut world = kept();
    let first = world.core.id.clone().unwrap();
    let second = world.signs_in("two");
    assert!(world.core.pending_write().is_some());
    world.core.sign_out().unwrap();
    let evicted = world.core.may_be_evicted(true, world.now).unwrap();
    for (id, has_ended) in [(first.clone(), true), (second.clone(), true), (TokenId::first(1), false)] {
        let mut between = with_store();
        between.core.inherit(evicted.clone());
        let evicted = between.core.may_be_evicted(true, between.now).unwrap();
        let mut next = with_store();
        next.core.inherit(evicted);
        next.core.loaded(Some(loaded(id.clone())), next.now);
        assert_eq!(matches!(next.core.view().phase, Phase::SignedOut), has_ended, "{id:?}");
        let expected = has_ended.then(|| (false, Replaces::Logins(logins(&[&first, &second]))));
        assert_eq!(next.pending_write(), expected, "I15: {id:?}");
        if has_ended {
            // A later login ends these too, until the store has it.
            let third = next.signs_in("three");
            assert!(next.core.pending_write().is_some());
            next.core.sign_out().unwrap();
            let all = logins(&[&first, &second, &third]);
            assert_eq!(next.pending_write(), Some((false, Replaces::Logins(all))), "I15: {id:?}");
        }
    }
}

#[test]
fn i15_which_login_is_there_is_known_after_a_look_a_write_and_a_find() {
    let other = TokenId::first(1);
    // The store has not been read, and a sign-out ends every login there.
    let mut world = with_store();
    let own = world.signs_in("one");
    world.core.sign_out().unwrap();
    assert_eq!(world.pending_write(), Some((false, Replaces::Anything)));
    let serial = world.core.pending_write().unwrap().serial;
    world.core.finds_login(serial + 1, &other.login);
    assert_eq!(world.pending_write(), Some((false, Replaces::Anything)), "that is of an older state");
    world.core.finds_login(serial, &other.login);
    assert_eq!(world.pending_write(), Some((false, Replaces::Logins(logins(&[&other])))), "I15");
    assert_ne!(own.login, other.login);
    // A sign-in finds it before it is written.
    let mut world = with_store();
    let own = world.signs_in("one");
    let serial = world.core.pending_write().unwrap().serial;
    world.core.finds_login(serial, &own.login);
    world.core.finds_login(serial, &other.login);
    world.core.sign_out().unwrap();
    assert_eq!(world.pending_write(), Some((false, Replaces::Logins(logins(&[&own, &other])))), "I15");
    // The store has the login before.
    let mut world = kept();
    let own = world.core.id.clone().unwrap();
    world.signs_in("two");
    world.core.sign_out().unwrap();
    assert_eq!(world.pending_write(), Some((false, Replaces::Logins(logins(&[&own])))), "I15");
}

#[test]
fn i9_what_comes_after_the_close_is_to_be_written_in_the_place_it_was_refreshed_in() {
    for is_unclaimed in [false, true] {
        let mut world = if is_unclaimed { with_store() } else { kept() };
        if is_unclaimed {
            world.signs_in("one");
        }
        let Demand::Start(start, _) = world.core.demand_refresh(world.now) else { panic!("not refreshed") };
        assert_eq!(world.core.refresh_unclaimed(start.flight), is_unclaimed);
        let record = start.input.unwrap().record;
        world.core.close();
        let lost = |record: &Record| {
            let not_stored = Some(Box::new(NotStored { record: record.clone(), ..*not_stored() }));
            RefreshOutcome::Success(Refreshed { not_stored, ..tokens("two").into() })
        };
        world.core.finish_superseded(FlightId(start.flight.0 + 1), &mut lost(&record));
        assert_eq!(world.core.has_pending_write(), is_unclaimed, "of another flight");
        world.core.finish_superseded(start.flight, &mut lost(&record));
        let expected =
            if is_unclaimed { Replaces::Anything } else { Replaces::UpTo(record.id, Logins::default()) };
        assert_eq!(world.pending_write(), Some((true, expected)), "I9: {is_unclaimed}");
    }
}

#[test]
fn i9_a_login_that_was_given_up_is_told_as_recovered_when_the_store_has_one_again() {
    let mut world = with_store();
    world.signs_in("one");
    let serial = world.core.pending_write().unwrap().serial;
    world.core.take_events();
    world.core.write_superseded(serial + 1, StoreError::timeout());
    assert!(world.core.has_pending_write() && world.core.take_events().is_empty(), "that was an older one");
    world.core.write_superseded(serial, StoreError::timeout());
    assert!(!world.core.has_pending_write());
    assert!(matches!(world.core.take_events()[..], [SessionEvent::StoreDegraded(_)]), "I9");
    world.core.nothing_to_write();
    assert!(matches!(world.core.take_events()[..], [SessionEvent::StoreRecovered]), "I9");
}

#[test]
fn i17_a_login_whose_refresh_was_rejected_has_nothing_to_refresh_with_and_leaves_the_store() {
    for is_new in [false, true] {
        let mut world = if is_new { with_store() } else { kept() };
        let living = Credential { lifetime: Some(Duration::from_secs(1000)), ..tokens("one") };
        world.core.sign_in(living, None, None, world.now).unwrap();
        if !is_new {
            world.is_saved();
        }
        let id = world.core.id.clone().unwrap();
        world.refreshes(denied()).unwrap_err();
        assert!(world.core.refresh.is_none(), "I14");
        world.active();
        // If the refresh was claimed, the store is cleared by now.
        let expected = is_new.then(|| (false, Replaces::UpTo(id, Logins::default())));
        assert_eq!(world.pending_write(), expected, "{is_new}");
    }
}

#[test]
fn i14_an_answer_that_could_not_be_decoded_goes_into_the_store_with_the_login() {
    let mut world = kept();
    world.refreshes(cool_down::undecodable("first")).unwrap_err();
    assert!(matches!(world.core.demand_refresh(world.now), Demand::Fail(_)), "I14");
    world.core.must_write(Replaces::Anything);
    let record = world.core.pending_write().unwrap().record.unwrap();
    assert!(record.outcome_unknown, "I14");
    assert_eq!(record.undecodable.unwrap().error.detail(), "first", "I14");
}
