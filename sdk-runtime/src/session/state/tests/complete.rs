//! The end of a refresh, and logins that exist in their store only.

use super::*;
use crate::session::state::message::Refreshed;
use crate::session::stored::{DeniedRefresh, StoredCredential, TokenId};

fn named(access: &str, subject: Option<&'static str>) -> Credential {
    let tokens = Tokens::new(access);
    let tokens = subject.map_or(tokens.clone(), |subject| tokens.subject(subject));
    Credential { tokens, header: None, origin: None, lifetime: None, age: Duration::ZERO }
}

/// Signed in, with a store that has the login.
fn kept() -> World {
    let mut core = Core::new(7, true);
    core.make_refreshable(Default::default());
    let now = crate::runtime::Clock::default().now();
    core.sign_in(tokens("one"), None, None, now).unwrap();
    core.write_done(1);
    core.take_events();
    World { core, now }
}

fn events(core: &mut Core) -> Vec<&'static str> {
    let events = core.take_events().into_iter();
    let name = |event| match event {
        SessionEvent::SignedIn(_) => "signed in",
        SessionEvent::Refreshed(_) => "refreshed",
        SessionEvent::StoreDegraded(_) => "degraded",
        SessionEvent::StoreRecovered => "recovered",
        _ => "other",
    };
    events.map(name).collect()
}

#[test]
fn i5_a_rejected_caller_gets_a_newer_token_or_an_error() {
    let mut world = World::signed_in();
    let (me, first) = (world.me(), world.active().version);
    let (flight, _) = world.start();
    assert!(
        matches!(world.demand(&me, Some(first)), Demand::Join(None)),
        "it waits, and has nothing to sign with"
    );
    world.finish(flight, unavailable(Some(Duration::from_secs(7)))).unwrap().unwrap_err();
    assert!(matches!(world.demand(&me, Some(first)), Demand::Fail(Error::RefreshUnavailable(_))));
    world.now += Duration::from_secs(7);
    let (flight, _) = world.start();
    world.finish(flight, RefreshOutcome::Success(tokens("two").into())).unwrap().unwrap();
    assert!(matches!(world.demand(&me, Some(first)), Demand::Sign(snapshot) if snapshot.version > first));
}

#[test]
fn i10_a_flight_is_not_taken_for_a_later_one() {
    let mut world = World::signed_in();
    let (first, _) = world.start();
    world.core.sign_in(tokens("other"), None, None, world.now).unwrap();
    let (second, _) = world.start();
    assert!(world.finish(first, RefreshOutcome::Success(tokens("late").into())).is_none());
    assert!(world.core.is_in_progress(second) && !world.core.is_in_progress(first));
    assert!(world.core.may_persist(second) && !world.core.may_persist(first));
    world.core.close();
    assert!(world.core.may_persist(second), "what it obtains is kept");
    assert!(!world.core.may_persist(first));
}

#[test]
fn i12_an_empty_name_is_no_user_and_no_two_of_them_are_the_same() {
    for first in [None, Some("")] {
        for second in [None, Some(""), Some("ann")] {
            let mut world = World::signed_in();
            world.core.sign_in(named("a", first), None, None, world.now).unwrap();
            let nameless = world.me();
            world.core.sign_in(named("b", second), None, None, world.now).unwrap();
            let demand = world.demand(&nameless, None);
            assert!(matches!(demand, Demand::Fail(Error::IdentityChanged(_))), "I12: {first:?}, {second:?}");
        }
    }
}

#[test]
fn i12_a_refresh_is_of_another_login_where_both_are_named_and_differ() {
    for (before, news, goes_on) in [
        (None, None, true),
        (None, Some("ann"), true),
        (Some("ann"), None, true),
        (Some("ann"), Some("ann"), true),
        (Some("ann"), Some("bob"), false),
    ] {
        let mut world = World::signed_in();
        world.core.sign_in(named("a", before), None, None, world.now).unwrap();
        let epoch = world.me().epoch;
        let (flight, _) = world.start();
        world.finish(flight, RefreshOutcome::Success(named("b", news).into())).unwrap().unwrap();
        assert_eq!(world.me().epoch == epoch, goes_on, "{before:?} became {news:?}");
        assert_eq!(world.active().tokens.subject.as_deref(), news.or(before));
    }
}

/// Another process has stored the refreshed tokens, in place of the session's.
#[test]
fn a_refresh_of_what_another_process_has_put_there_is_one_event_for_the_same_login() {
    for same in [true, false] {
        let mut world = kept();
        let (me, (flight, _)) = (world.me(), world.start());
        let id = world.core.id.clone().unwrap();
        let id = if same { id.next(7) } else { TokenId::first(1) };
        let adopted = StoredCredential {
            id: id.clone(),
            credential: tokens("theirs"),
            jar: Arc::default(),
            undecodable: None,
        };
        let refreshed =
            Refreshed { id: Some(id.next(7)), adopted: Some(Box::new(adopted)), ..named("two", None).into() };
        world.finish(flight, RefreshOutcome::Success(refreshed)).unwrap().unwrap();
        let expected: &[_] = if same { &["refreshed"] } else { &["signed in", "refreshed"] };
        assert_eq!(events(&mut world.core), expected);
        assert_eq!(matches!(world.demand(&me, None), Demand::Sign(_)), same, "I12");
        assert_eq!(world.start().1.refresh_token().unwrap().expose(), "refresh of theirs", "I31");
    }
}

#[test]
fn what_the_store_does_not_have_is_to_be_written_until_it_does() {
    let mut world = kept();
    assert!(!world.core.has_pending_write() && world.core.pending_write().is_none());
    let (flight, _) = world.start();
    let refreshed = Refreshed { not_stored: Some(not_stored()), ..tokens("two").into() };
    world.finish(flight, RefreshOutcome::Success(refreshed)).unwrap().unwrap();
    assert!(world.core.has_pending_write());
    let serial = world.core.pending_write().unwrap().serial;
    assert_eq!(events(&mut world.core), ["degraded", "refreshed"]);
    world.core.store_failed(crate::error::StoreError::timeout());
    assert_eq!(events(&mut world.core), [""; 0], "once");
    world.core.write_done(serial - 1);
    assert!(world.core.has_pending_write(), "that was an older one");
    world.core.write_done(serial);
    assert!(!world.core.has_pending_write());
    assert_eq!(events(&mut world.core), ["recovered"]);
}

#[test]
fn a_refresh_knows_whether_the_store_has_the_login() {
    let mut world = kept();
    for is_new in [false, true] {
        if is_new {
            world.core.sign_in(tokens("two"), None, None, world.now).unwrap();
        }
        let (me, version) = (world.me(), world.active().version);
        let Demand::Start(start, _) = world.demand(&me, Some(version)) else { panic!("no refresh starts") };
        assert_eq!(start.input.unwrap().is_new, is_new);
    }
}

#[test]
fn i9_a_session_may_go_when_its_store_knows_all_of_it() {
    let evicted = |world: &World| world.core.may_be_evicted(true, world.now);
    let may_go = |world: &World| evicted(world).is_some();
    assert!(evicted(&kept()).unwrap().is_nothing());
    assert!(kept().core.may_be_evicted(false, kept().now).is_none(), "a task is at work");

    let mut pending = kept();
    pending.core.sign_in(tokens("two"), None, None, pending.now).unwrap();
    assert!(!may_go(&pending), "I9");
    pending.core.sign_out().unwrap();
    assert!(!evicted(&pending).unwrap().is_nothing(), "the end is remembered");
    assert!(pending.core.may_be_evicted(false, pending.now).is_some(), "while a task tries to write it");

    let mut flights = kept();
    let (flight, _) = flights.start();
    assert!(!may_go(&flights));
    flights.finish(flight, unavailable(Some(Duration::from_secs(7)))).unwrap().unwrap_err();
    assert!(!may_go(&flights), "it leaves the server alone");
    flights.now += Duration::from_millis(6_999);
    assert!(!may_go(&flights));
    flights.now += Duration::from_millis(1);
    assert!(evicted(&flights).unwrap().is_nothing());

    let mut denied = kept();
    let (flight, _) = denied.start();
    let RefreshOutcome::Denied(expired) = self::denied() else { unreachable!() };
    let id = denied.core.id.clone().unwrap();
    let outcome = RefreshOutcome::DeniedUnconfirmed(DeniedRefresh { id, expired }, UnavailableCause::Timeout);
    denied.finish(flight, outcome).unwrap().unwrap_err();
    assert!(!evicted(&denied).unwrap().is_nothing(), "I14: nothing is sent again by any session");

    let mut closed = kept();
    closed.core.close();
    assert!(may_go(&closed));
    assert!(closed.core.may_be_evicted(false, closed.now).is_none(), "it may still write");
}

#[test]
fn i9_a_session_whose_store_is_lost_with_it_may_go_when_its_login_is_over() {
    let mut world = kept();
    world.core.is_only_copy();
    assert!(world.core.may_be_evicted(true, world.now).is_none(), "I9");
    world.core.sign_out().unwrap();
    assert!(world.core.may_be_evicted(true, world.now).is_some());
}

#[test]
fn i18_only_what_no_server_had_taken_costs() {
    for (accepted, rejected, is_storm) in [(false, true, true), (true, true, false), (false, false, false)] {
        let mut world = World::signed_in();
        let me = world.me();
        let mut storms = 0;
        for _ in 0..6 {
            if accepted {
                world.active().accept("Api::y".into());
            }
            if rejected {
                world.active().reject();
            }
            match world.core.demand_refresh(world.now) {
                Demand::Start(start, _) => {
                    world
                        .finish(start.flight, RefreshOutcome::Success(tokens("next").into()))
                        .unwrap()
                        .unwrap();
                }
                Demand::Fail(_) => storms += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(storms > 0, is_storm, "accepted: {accepted}, rejected: {rejected}");
        // A token that was given up gets its refresh.
        assert_eq!(matches!(world.demand(&me, None), Demand::Start(..)), is_storm);
    }
}

#[test]
fn a_hold_is_of_the_epoch_and_watched_until_the_endpoint_accepts_a_token() {
    let mut world = World::signed_in();
    let version = world.active().version;
    assert!(world.core.watched().is_empty());
    world.core.hold("Api::x".into(), Version { epoch: version.epoch + 1, ..version }, world.now.mono);
    assert!(world.core.watched().is_empty(), "the login that it was rejected for is over");
    world.core.hold("Api::x".into(), version, world.now.mono);
    assert_eq!(world.core.watched(), ["Api::x"]);
    world.core.accepted("Api::x".into());
    assert!(world.core.watched().is_empty());
}

#[test]
fn there_is_something_to_show_only_when_something_has_changed() {
    let mut world = World::signed_in();
    assert!(world.core.take_changed());
    let _ = world.start();
    assert!(!world.core.take_changed());
    world.core.sign_out().unwrap();
    assert!(world.core.take_changed() && !world.core.take_changed());
}

#[test]
fn i15_a_login_that_was_ended_elsewhere_leaves_nothing_to_write() {
    let now = Now { mono: crate::runtime::now(), wall: std::time::SystemTime::UNIX_EPOCH };
    let mut core = Core::new(7, true);
    core.make_refreshable(Default::default());
    core.sign_in(tokens("first"), None, None, now).unwrap();
    let Demand::Start(start, _) = core.demand_refresh(now) else { panic!("not refreshed") };
    core.finish(start.flight, RefreshOutcome::Gone, now).unwrap().unwrap_err();
    assert!(core.pending_write().is_none(), "I15: it would clear what another process has put there since");
}

#[test]
fn of_all_logins_that_came_while_the_store_was_down_none_is_remembered_that_it_cannot_have() {
    for is_tried in [false, true] {
        let mut world = kept();
        for _ in 0..1_000 {
            world.core.sign_in(tokens("next"), None, None, world.now).unwrap();
            if is_tried {
                world.core.pending_write().unwrap();
                world.core.note_failed_write(|_| false);
            }
            world.core.sign_out().unwrap();
        }
        assert_eq!(world.core.superseded_logins.len(), 1, "that which it has, tried: {is_tried}");
        // A login of which nothing is known may be there.
        world.core.sign_in(tokens("last"), None, None, world.now).unwrap();
        world.core.pending_write().unwrap();
        world.core.note_failed_write(|_| true);
        world.core.sign_out().unwrap();
        assert_eq!(world.core.superseded_logins.len(), 2);
    }
}

#[test]
fn a_read_of_the_store_supersedes_no_sign_in() {
    let mut core = Core::new(7, true);
    let now = crate::runtime::Clock::default().now();
    let since = core.view().epoch;
    let loaded = StoredCredential {
        id: TokenId::first(1),
        credential: tokens("kept"),
        jar: Arc::default(),
        undecodable: None,
    };
    core.loaded(Some(loaded), now);
    assert!(matches!(core.view().phase, Phase::Active(_)));
    core.sign_in(tokens("one"), None, Some(since), now).unwrap();
    assert!(
        core.sign_in(tokens("two"), None, Some(since), now).is_err(),
        "I12: another login is there since"
    );
}

#[test]
fn i15_an_end_clears_every_login_only_where_it_is_unknown_what_the_store_has() {
    for (is_seen, is_tried) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut core = Core::new(7, true);
        let now = crate::runtime::Clock::default().now();
        if is_seen {
            core.loaded(None, now);
        }
        core.sign_in(tokens("one"), None, None, now).unwrap();
        if is_tried {
            core.pending_write().unwrap();
        }
        let id = core.id.clone().unwrap();
        let Phase::Active(snapshot) = core.view().phase.clone() else { panic!("not signed in") };
        core.login_over(snapshot.version, SessionExpired::new(ExpiredReason::LoginOver)).unwrap();
        let expected = match is_seen || is_tried {
            true => Replaces::UpTo(id, Logins::default()),
            false => Replaces::Anything,
        };
        let ends = core.pending_write().map(|pending| (pending.record.is_none(), pending.replaces));
        assert_eq!(ends, Some((true, expected)), "I15: seen: {is_seen}, tried: {is_tried}");
    }
}

#[test]
fn i14_what_is_spent_without_a_claim_is_held_back_until_its_flight_has_ended() {
    for (name, happens, are_writes_held_back) in [
        ("nothing", (|_| ()) as fn(&mut World), true),
        ("sign-in", |world| world.core.sign_in(tokens("two"), None, None, world.now).unwrap(), false),
        ("sign-out", |world| drop(world.core.sign_out().unwrap()), false),
        // What is received is stored.
        ("close", |world| world.core.close(), true),
    ] {
        let mut world = kept();
        world.core.sign_in(tokens("new"), None, None, world.now).unwrap();
        let (flight, _) = world.start();
        assert!(!world.core.refresh_unclaimed(FlightId(flight.0 + 1)), "{name}: not the flight in progress");
        assert!(world.core.is_write_due(), "{name}");
        assert!(world.core.refresh_unclaimed(flight), "{name}");
        assert!(!world.core.is_write_due() && world.core.pending_write().is_none(), "I14: {name}");
        happens(&mut world);
        assert_eq!(!world.core.is_write_due(), are_writes_held_back, "I14: {name}");
        assert!(world.core.has_pending_write(), "I9: {name}");
        world.core.end_unclaimed(FlightId(flight.0 + 1));
        assert_eq!(!world.core.is_write_due(), are_writes_held_back, "I14: {name}: another flight");
        world.core.end_unclaimed(flight);
        assert!(world.core.is_write_due(), "{name}: the flight has ended");
    }
}

#[test]
fn i15_a_login_that_the_store_no_longer_has_is_forgotten() {
    let mut world = kept();
    for _ in 0..3 {
        world.core.sign_in(tokens("next"), None, None, world.now).unwrap();
        assert_eq!(world.core.superseded_logins.len(), 1, "the store may have the one before");
        let serial = world.core.pending_write().unwrap().serial;
        world.core.write_done(serial);
        assert_eq!(
            world.core.superseded_logins.len(),
            0,
            "I15: what is there now of that login, another process has put there"
        );
    }
}
