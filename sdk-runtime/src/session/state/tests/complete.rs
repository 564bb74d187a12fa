//! What becomes of a login when its run has ended, and when there is nothing to it but what its store has.

use super::*;
use crate::session::state::message::Refreshed;
use crate::session::stored::credential::Loaded;
use crate::session::stored::refresh_input::Refused;
use crate::session::stored::schema::TokenId;

fn named(access: &str, subject: Option<&'static str>) -> Credential {
    let tokens = Tokens::new(access);
    let tokens = subject.map_or(tokens.clone(), |subject| tokens.subject(subject));
    Credential { tokens, header: None, lifetime: None, age: Duration::ZERO }
}

/// Signed in, with a store that has the login.
fn kept() -> World {
    let mut core = Core::new(7, true);
    core.make_refreshable();
    let now = crate::runtime::Clock::default().now();
    core.sign_in(tokens("one"), None, None, now).unwrap();
    core.saved(1);
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
fn i5_whoever_was_refused_gets_a_newer_token_or_an_error() {
    let mut world = World::signed_in();
    let (me, first) = (world.me(), world.active().stamp);
    let (run, _) = world.start();
    assert!(
        matches!(world.demand(&me, Some(first)), Demand::Join(None)),
        "it waits, and has nothing to sign with"
    );
    world.finish(run, unavailable(Some(Duration::from_secs(7)))).unwrap().unwrap_err();
    assert!(matches!(world.demand(&me, Some(first)), Demand::Fail(Error::RefreshUnavailable(_))));
    world.now += Duration::from_secs(7);
    let (run, _) = world.start();
    world.finish(run, Outcome::Success(tokens("two").into())).unwrap().unwrap();
    assert!(matches!(world.demand(&me, Some(first)), Demand::Sign(snapshot) if snapshot.stamp > first));
}

#[test]
fn i10_a_run_is_not_taken_for_a_later_one() {
    let mut world = World::signed_in();
    let (first, _) = world.start();
    world.core.sign_in(tokens("other"), None, None, world.now).unwrap();
    let (second, _) = world.start();
    assert!(world.finish(first, Outcome::Success(tokens("late").into())).is_none());
    assert!(world.core.is_under_way(second) && !world.core.is_under_way(first));
    assert!(world.core.may_persist(second) && !world.core.may_persist(first));
    world.core.close();
    assert!(world.core.may_persist(second), "what it obtains is kept");
    assert!(!world.core.may_persist(first));
}

#[test]
fn i12_an_empty_name_is_nobody_and_nobody_is_the_same_as_nobody() {
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
        let (run, _) = world.start();
        world.finish(run, Outcome::Success(named("b", news).into())).unwrap().unwrap();
        assert_eq!(world.me().epoch == epoch, goes_on, "{before:?} became {news:?}");
        assert_eq!(world.active().subject.as_deref(), news.or(before));
    }
}

/// The tokens that were refreshed were put there by another process, in place of those at hand.
#[test]
fn a_refresh_of_what_another_process_has_put_there_is_one_event_for_the_same_login() {
    for same in [true, false] {
        let mut world = kept();
        let (me, (run, _)) = (world.me(), world.start());
        let id = world.core.id.clone().unwrap();
        let id = if same { id.next(7) } else { TokenId::first(1) };
        let adopted =
            Loaded { id: id.clone(), credential: tokens("theirs"), jar: Arc::default(), undecodable: None };
        let refreshed =
            Refreshed { id: Some(id.next(7)), adopted: Some(Box::new(adopted)), ..named("two", None).into() };
        world.finish(run, Outcome::Success(refreshed)).unwrap().unwrap();
        let expected: &[_] = if same { &["refreshed"] } else { &["signed in", "refreshed"] };
        assert_eq!(events(&mut world.core), expected);
        assert_eq!(matches!(world.demand(&me, None), Demand::Sign(_)), same, "I12");
        assert_eq!(world.start().1.refresh_token().unwrap().expose(), "refresh of theirs", "I31");
    }
}

#[test]
fn what_the_store_does_not_have_is_to_be_written_until_it_does() {
    let mut world = kept();
    assert!(!world.core.is_unsaved() && world.core.unsaved().is_none());
    let (run, _) = world.start();
    let refreshed = Refreshed { is_unsaved: true, ..tokens("two").into() };
    world.finish(run, Outcome::Success(refreshed)).unwrap().unwrap();
    assert!(world.core.is_unsaved());
    let serial = world.core.unsaved().unwrap().serial;
    world.core.take_events();
    for told in [&["degraded"][..], &[]] {
        world.core.store_failed(crate::StoreError::timeout());
        assert_eq!(events(&mut world.core), told, "once");
    }
    world.core.saved(serial - 1);
    assert!(world.core.is_unsaved(), "that was an older one");
    world.core.saved(serial);
    assert!(!world.core.is_unsaved());
    assert_eq!(events(&mut world.core), ["recovered"]);
}

#[test]
fn a_run_knows_whether_the_store_has_the_login() {
    let mut world = kept();
    for is_new in [false, true] {
        if is_new {
            world.core.sign_in(tokens("two"), None, None, world.now).unwrap();
        }
        let (me, stamp) = (world.me(), world.active().stamp);
        let Demand::Start(start, _) = world.demand(&me, Some(stamp)) else { panic!("no run") };
        assert_eq!(start.held.unwrap().is_new, is_new);
    }
}

#[test]
fn i9_a_session_may_go_when_its_store_knows_all_of_it() {
    let remains = |world: &World| world.core.may_leave_pool(true, world.now);
    let may_go = |world: &World| remains(world).is_some();
    assert!(remains(&kept()).unwrap().is_nothing());
    assert!(kept().core.may_leave_pool(false, kept().now).is_none(), "a task is at work");

    let mut unsaved = kept();
    unsaved.core.sign_in(tokens("two"), None, None, unsaved.now).unwrap();
    assert!(!may_go(&unsaved), "I9");
    unsaved.core.sign_out().unwrap();
    assert!(!remains(&unsaved).unwrap().is_nothing(), "the end is remembered");
    assert!(unsaved.core.may_leave_pool(false, unsaved.now).is_some(), "while a task tries to write it");

    let mut runs = kept();
    let (run, _) = runs.start();
    assert!(!may_go(&runs));
    runs.finish(run, unavailable(Some(Duration::from_secs(7)))).unwrap().unwrap_err();
    assert!(!may_go(&runs), "it leaves the server alone");
    runs.now += Duration::from_millis(6_999);
    assert!(!may_go(&runs));
    runs.now += Duration::from_millis(1);
    assert!(remains(&runs).unwrap().is_nothing());

    let mut refused = kept();
    let (run, _) = refused.start();
    let Outcome::Rejected(expired) = self::refused() else { unreachable!() };
    let id = refused.core.id.clone().unwrap();
    let outcome = Outcome::RejectedUnconfirmed(Refused { id, expired }, UnavailableCause::Timeout);
    refused.finish(run, outcome).unwrap().unwrap_err();
    assert!(!remains(&refused).unwrap().is_nothing(), "I14: nothing is sent again by any session");

    let mut closed = kept();
    closed.core.close();
    assert!(may_go(&closed));
    assert!(closed.core.may_leave_pool(false, closed.now).is_none(), "it may still write");
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
                    world.finish(start.run, Outcome::Success(tokens("next").into())).unwrap().unwrap();
                }
                Demand::Fail(_) => storms += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(storms > 0, is_storm, "accepted: {accepted}, rejected: {rejected}");
        // Calls are refused no refresh of a token that was given up.
        assert_eq!(matches!(world.demand(&me, None), Demand::Start(..)), is_storm);
    }
}

#[test]
fn a_hold_is_of_the_epoch_and_watched_until_the_endpoint_accepts_a_token() {
    let mut world = World::signed_in();
    let stamp = world.active().stamp;
    assert!(world.core.watched().is_empty());
    world.core.hold("Api::x".into(), Stamp { epoch: stamp.epoch + 1, ..stamp }, world.now.mono);
    assert!(world.core.watched().is_empty(), "the login that it was rejected for is over");
    world.core.hold("Api::x".into(), stamp, world.now.mono);
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
    core.make_refreshable();
    core.sign_in(tokens("first"), None, None, now).unwrap();
    let Demand::Start(start, _) = core.demand_refresh(now) else { panic!("not refreshed") };
    core.finish(start.run, Outcome::Gone, now).unwrap().unwrap_err();
    assert!(core.unsaved().is_none(), "I15: it would clear what another process has put there since");
}

#[test]
fn of_all_logins_that_came_while_the_store_was_down_none_is_remembered_that_it_cannot_have() {
    for is_tried in [false, true] {
        let mut world = kept();
        for _ in 0..1_000 {
            world.core.sign_in(tokens("next"), None, None, world.now).unwrap();
            if is_tried {
                world.core.unsaved().unwrap();
                world.core.is_not_stored(|_| false);
            }
            world.core.sign_out().unwrap();
        }
        assert_eq!(world.core.former.len(), 1, "that which it has, tried: {is_tried}");
        // One of which nothing is known may be there.
        world.core.sign_in(tokens("last"), None, None, world.now).unwrap();
        world.core.unsaved().unwrap();
        world.core.is_not_stored(|_| true);
        world.core.sign_out().unwrap();
        assert_eq!(world.core.former.len(), 2);
    }
}

#[test]
fn a_look_into_the_store_overtakes_no_sign_in() {
    let mut core = Core::new(7, true);
    let now = crate::runtime::Clock::default().now();
    let since = core.view().epoch;
    let loaded =
        Loaded { id: TokenId::first(1), credential: tokens("kept"), jar: Arc::default(), undecodable: None };
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
            core.unsaved().unwrap();
        }
        let id = core.id.clone().unwrap();
        let Phase::Active(snapshot) = core.view().phase.clone() else { panic!("not signed in") };
        core.login_over(snapshot.stamp, SessionExpired::new(ExpiredReason::LoginOver)).unwrap();
        let expected = match is_seen || is_tried {
            true => Replaces::UpTo(id, Logins::default()),
            false => Replaces::Anything,
        };
        let ends = core.unsaved().map(|unsaved| (unsaved.record.is_none(), unsaved.replaces));
        assert_eq!(ends, Some((true, expected)), "I15: seen: {is_seen}, tried: {is_tried}");
    }
}

#[test]
fn i14_what_is_spent_without_a_claim_is_held_back_while_its_run_is_at_work_and_no_longer() {
    for (name, happens, is_held_back) in [
        ("nothing", (|_| ()) as fn(&mut World), true),
        ("sign-in", |world| world.core.sign_in(tokens("two"), None, None, world.now).unwrap(), false),
        ("sign-out", |world| drop(world.core.sign_out().unwrap()), false),
        // What is obtained is kept.
        ("close", |world| world.core.close(), true),
    ] {
        let mut world = kept();
        world.core.sign_in(tokens("new"), None, None, world.now).unwrap();
        let (run, _) = world.start();
        assert!(!world.core.go_unclaimed(RunId(run.0 + 1)), "{name}: not the run under way");
        assert!(world.core.is_to_be_written(), "{name}");
        assert!(world.core.go_unclaimed(run), "{name}");
        assert!(!world.core.is_to_be_written() && world.core.unsaved().is_none(), "I14: {name}");
        happens(&mut world);
        assert_eq!(!world.core.is_to_be_written(), is_held_back, "I14: {name}");
        assert!(world.core.is_unsaved(), "I9: {name}");
        world.core.is_claimed_again(RunId(run.0 + 1));
        assert_eq!(!world.core.is_to_be_written(), is_held_back, "I14: {name}: another run");
        world.core.is_claimed_again(run);
        assert!(world.core.is_to_be_written(), "{name}: the run is over");
    }
}

#[test]
fn i15_a_login_that_the_store_no_longer_has_is_forgotten() {
    let mut world = kept();
    for _ in 0..3 {
        world.core.sign_in(tokens("next"), None, None, world.now).unwrap();
        assert_eq!(world.core.former.len(), 1, "the store may have the one before");
        let serial = world.core.unsaved().unwrap().serial;
        world.core.saved(serial);
        assert_eq!(
            world.core.former.len(),
            0,
            "I15: what is there now of that login, another process has put there"
        );
    }
}
