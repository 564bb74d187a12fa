//! Histories of events, and the state that each must lead to.

use super::*;

#[test]
fn a_fresh_token_signs_and_a_rejected_one_starts_one_refresh() {
    let mut world = World::signed_in();
    let (me, first) = (world.me(), world.active());
    assert!(matches!(world.demand(&me, None), Demand::Sign(snapshot) if Arc::ptr_eq(&snapshot, &first)));
    let (flight, grant) = world.start();
    assert_eq!(grant.refresh_token().unwrap().expose(), "refresh of one");
    assert!(matches!(world.demand(&me, Some(first.version)), Demand::Join(None)), "I1");
    assert!(matches!(world.demand(&me, None), Demand::Join(None)), "a new call waits for the refresh too");
    world.finish(flight, RefreshOutcome::Success(tokens("two").into())).unwrap().unwrap();
    let second = world.active();
    assert!(second.version > first.version, "I3");
    assert!(matches!(world.demand(&me, None), Demand::Sign(snapshot) if Arc::ptr_eq(&snapshot, &second)));
}

#[test]
fn i4_a_late_rejection_gets_the_newer_token_even_if_it_reads_the_same() {
    let mut world = World::signed_in();
    let (me, first) = (world.me(), world.active());
    let (flight, _) = world.start();
    world.finish(flight, RefreshOutcome::Success(tokens("one").into())).unwrap().unwrap();
    let demand = world.demand(&me, Some(first.version));
    assert!(matches!(demand, Demand::Sign(snapshot) if snapshot.version > first.version));
    assert_eq!(world.active().validity(|| world.now), Validity::Fresh);
}

#[test]
fn i7_a_failure_is_shared_until_its_cool_down_ends() {
    let mut world = World::signed_in();
    let me = world.me();
    let (flight, _) = world.start();
    let told = world.finish(flight, unavailable(Some(Duration::from_secs(7)))).unwrap().unwrap_err();
    let Error::RefreshUnavailable(told) = told else { panic!("{told:?}") };
    assert!(matches!(told.cause(), UnavailableCause::Timeout));
    assert!(matches!(world.demand(&me, None), Demand::Fail(Error::RefreshUnavailable(_))));
    world.now += Duration::from_millis(6_999);
    assert!(matches!(world.demand(&me, None), Demand::Fail(Error::RefreshUnavailable(_))));
    world.now += Duration::from_millis(1);
    assert!(matches!(world.demand(&me, None), Demand::Start(..)), "I32");
}

#[test]
fn cool_downs_grow_from_a_second_to_a_minute_and_are_never_zero() {
    let mut world = World::signed_in();
    let me = world.me();
    for ceiling in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let flight = match world.demand(&me, Some(world.active().version)) {
            Demand::Start(start, _) => start.flight,
            other => panic!("{other:?}"),
        };
        world.finish(flight, unavailable(None)).unwrap().unwrap_err();
        let wait = world.core.cool_down.as_ref().unwrap().until - world.now.mono;
        let ceiling = Duration::from_secs(ceiling);
        assert!(wait >= ceiling / 2 && wait <= ceiling, "{wait:?} of {ceiling:?}");
        world.now += wait;
    }
    let (flight, _) = world.start();
    world.finish(flight, unavailable(Some(Duration::from_secs(1 << 40)))).unwrap().unwrap_err();
    let wait = world.core.cool_down.as_ref().unwrap().until - world.now.mono;
    assert_eq!(wait, Duration::from_secs(3600), "a server's wish has its limit");
}

#[test]
fn i16_only_a_rejection_ends_the_login() {
    for outcome in [unavailable(None), RefreshOutcome::Misconfigured(UnavailableCause::Timeout)] {
        let mut world = World::signed_in();
        let (flight, _) = world.start();
        world.finish(flight, outcome).unwrap().unwrap_err();
        world.active();
    }
    for outcome in [denied(), RefreshOutcome::NothingToRefreshWith] {
        let mut world = World::signed_in();
        let me = world.me();
        let (flight, _) = world.start();
        let told = world.finish(flight, outcome).unwrap().unwrap_err();
        assert!(matches!(told, Error::SessionExpired(_)), "{told:?}");
        let events = world.core.take_events();
        let ends = events.iter().filter(|event| matches!(event, SessionEvent::Expired(_))).count();
        assert_eq!(ends, 1, "I29: told once");
        assert!(matches!(world.demand(&me, None), Demand::Fail(Error::SessionExpired(_))), "I29");
    }
}

#[test]
fn i10_a_flight_of_an_older_epoch_changes_nothing() {
    for outcome in [
        RefreshOutcome::Success(tokens("two").into()),
        denied(),
        unavailable(None),
        RefreshOutcome::NothingToRefreshWith,
    ] {
        let mut world = World::signed_in();
        let me = world.me();
        let (flight, _) = world.start();
        world.core.sign_out().unwrap();
        assert!(world.finish(flight, outcome).is_none());
        assert!(matches!(world.core.view().phase, Phase::SignedOut));
        assert!(matches!(world.demand(&me, None), Demand::Fail(Error::NotSignedIn(_))));
    }
    for outcome in [
        RefreshOutcome::Success(tokens("two").into()),
        denied(),
        unavailable(None),
        RefreshOutcome::NothingToRefreshWith,
    ] {
        let mut world = World::signed_in();
        let me = world.me();
        let (flight, _) = world.start();
        world.core.sign_in(tokens("other"), None, None, world.now).unwrap();
        let other = world.active();
        assert!(world.finish(flight, outcome).is_none());
        assert!(Arc::ptr_eq(&other, &world.active()));
        assert!(matches!(world.demand(&me, None), Demand::Fail(Error::IdentityChanged(_))), "I12");
        let other_me = world.me();
        assert!(matches!(world.demand(&other_me, None), Demand::Sign(_)), "no cool-down is inherited");
    }
}

#[test]
fn i12_the_same_subject_is_the_same_identity() {
    let named = |access: &str, subject: &'static str| Credential {
        tokens: Tokens::new(access).subject(subject),
        header: None,

        origin: None,
        lifetime: None,
        age: Duration::ZERO,
    };
    let mut world = World::signed_in();
    world.core.sign_in(named("a", "ann"), None, None, world.now).unwrap();
    let ann = world.me();
    world.core.sign_in(named("b", "ann"), None, None, world.now).unwrap();
    assert!(matches!(world.demand(&ann, None), Demand::Sign(_)));
    world.core.sign_in(named("c", "bob"), None, None, world.now).unwrap();
    assert!(matches!(world.demand(&ann, None), Demand::Fail(Error::IdentityChanged(_))));
    world.core.sign_in(tokens("d"), None, None, world.now).unwrap();
    assert!(matches!(world.demand(&ann, None), Demand::Fail(Error::IdentityChanged(_))));
}

#[test]
fn i31_an_omitted_refresh_token_and_subject_are_kept() {
    let mut world = World::signed_in();
    let first = Credential {
        tokens: Tokens::new("a").refresh_token("kept").subject("ann"),
        header: None,

        origin: None,
        lifetime: None,
        age: Duration::ZERO,
    };
    world.core.sign_in(first, None, None, world.now).unwrap();
    let (flight, _) = world.start();
    let refreshed = Credential {
        tokens: Tokens::new("b"),
        header: None,
        origin: None,
        lifetime: None,
        age: Duration::ZERO,
    };
    world.finish(flight, RefreshOutcome::Success(refreshed.into())).unwrap().unwrap();
    assert_eq!(world.active().tokens.subject.as_deref(), Some("ann"));
    assert_eq!(world.start().1.refresh_token().unwrap().expose(), "kept");
}

#[test]
fn i31_an_empty_refresh_token_was_left_out() {
    let mut world = World::signed_in();
    let (flight, _) = world.start();
    let refreshed = Credential {
        tokens: Tokens::new("b").refresh_token(""),
        header: None,

        origin: None,
        lifetime: None,
        age: Duration::ZERO,
    };
    world.finish(flight, RefreshOutcome::Success(refreshed.into())).unwrap().unwrap();
    assert_eq!(world.start().1.refresh_token().unwrap().expose(), "refresh of one");
}

#[test]
fn i9_the_refresh_token_next_to_an_unusable_access_token_is_kept() {
    let mut world = World::signed_in();
    let (flight, _) = world.start();
    let unusable = RefreshOutcome::Unusable {
        refresh: Some("rotated".into()),
        id: None,
        cause: UnavailableCause::Timeout,
        not_stored: None,
    };
    world.finish(flight, unusable).unwrap().unwrap_err();
    world.now += super::super::cool_down::LONGEST_MISCONFIGURED;
    assert_eq!(world.start().1.refresh_token().unwrap().expose(), "rotated");
}

#[test]
fn i12_a_refresh_that_names_another_user_is_another_login() {
    let mut world = World::signed_in();
    let named = |access: &str, subject: &'static str| Credential {
        tokens: Tokens::new(access).subject(subject),
        header: None,

        origin: None,
        lifetime: None,
        age: Duration::ZERO,
    };
    world.core.sign_in(named("a", "ann"), None, None, world.now).unwrap();
    let (ann, (flight, _)) = (world.me(), world.start());
    world.finish(flight, RefreshOutcome::Success(named("b", "bob").into())).unwrap().unwrap();
    assert!(matches!(world.demand(&ann, None), Demand::Fail(Error::IdentityChanged(_))));
    let bob = world.me();
    assert!(matches!(world.demand(&bob, None), Demand::Sign(_)));
}

#[test]
fn what_nothing_can_refresh_is_good_until_the_server_says_otherwise() {
    let mut core = Core::new(7, false);
    let now = crate::runtime::Clock::default().now();
    core.sign_in(Credential { lifetime: Some(Duration::ZERO), ..tokens("fixed") }, None, None, now).unwrap();
    let mut world = World { core, now };
    let me = world.me();
    assert!(matches!(world.demand(&me, None), Demand::Sign(_)));
}

#[test]
fn a_lapsed_token_is_refreshed_before_it_is_sent() {
    let mut world = World::signed_in();
    let short = Credential { lifetime: Some(Duration::from_secs(60)), ..tokens("a") };
    world.core.sign_in(short, None, None, world.now).unwrap();
    let me = world.me();
    world.now += Duration::from_secs(44);
    assert!(matches!(world.demand(&me, None), Demand::Sign(_)));
    world.now += Duration::from_secs(16);
    assert!(matches!(world.demand(&me, None), Demand::Start(_, None)));
}

/// A server that issues dead tokens must not be asked in a loop, by any clock.
#[test]
fn a_refreshed_token_that_is_dead_on_arrival_is_a_failure_and_its_refresh_token_is_kept() {
    let mut world = World::signed_in();
    let me = world.me();
    let (flight, _) = world.start();
    let cause = UnavailableCause::DeadOnArrival;
    let dead = RefreshOutcome::Unusable {
        refresh: Some("refresh of dead".into()),
        id: None,
        cause,
        not_stored: None,
    };
    let told = world.finish(flight, dead).unwrap().unwrap_err();
    let Error::RefreshUnavailable(told) = told else { panic!("{told:?}") };
    assert!(matches!(told.cause(), UnavailableCause::DeadOnArrival));
    assert!(matches!(world.demand(&me, None), Demand::Fail(_)), "I18");
    world.now += Duration::from_secs(1);
    assert_eq!(world.start().1.refresh_token().unwrap().expose(), "refresh of dead", "I9");
}

#[test]
fn without_a_refresh_a_rejection_is_the_end() {
    let mut core = Core::new(7, false);
    let now = crate::runtime::Clock::default().now();
    core.sign_in(tokens("fixed"), None, None, now).unwrap();
    let mut world = World { core, now };
    let (me, version) = (world.me(), world.active().version);
    let Demand::Fail(Error::SessionExpired(expired)) = world.demand(&me, Some(version)) else {
        panic!("no end");
    };
    assert_eq!(expired.reason(), ExpiredReason::NoRefreshToken);
}

#[test]
fn a_superseded_sign_in_signs_no_user_in() {
    let mut world = World::signed_in();
    let since = world.core.view().epoch;
    world.core.sign_out().unwrap();
    let late = world.core.sign_in(tokens("late"), None, Some(since), world.now);
    assert!(matches!(late, Err(Error::IdentityChanged(_))));
    assert!(matches!(world.core.view().phase, Phase::SignedOut));
}

#[test]
fn a_login_that_is_over_is_over_for_the_current_credential_alone() {
    let mut world = World::signed_in();
    let (me, first) = (world.me(), world.active().version);
    let (flight, _) = world.start();
    let expired = || SessionExpired::new(ExpiredReason::LoginOver);
    let over = |version| Rejection { version, login_over: Some(expired()) };
    let endpoint = Some("Api::x".into());
    world.finish(flight, RefreshOutcome::Success(tokens("two").into())).unwrap().unwrap();
    assert!(matches!(world.core.demand(&me, endpoint, Some(&over(first)), world.now), Demand::Sign(_)), "I4");
    assert!(world.core.login_over(first, expired()).is_none(), "I4");
    let (flight, _) = world.start();
    let current = world.active().version;
    let demand = world.core.demand(&me, endpoint, Some(&over(current)), world.now);
    let Demand::Fail(Error::SessionExpired(expired)) = demand else { panic!("no end") };
    assert_eq!(expired.reason(), ExpiredReason::LoginOver);
    assert!(!world.core.is_in_progress(flight), "waiters are told at once");
    assert!(world.finish(flight, RefreshOutcome::Success(tokens("three").into())).is_none(), "I29");
}

#[test]
fn closed_is_for_good() {
    let mut world = World::signed_in();
    let me = world.me();
    world.core.close();
    assert!(matches!(world.demand(&me, None), Demand::Fail(Error::Closed(_))));
    assert!(matches!(world.core.sign_in(tokens("x"), None, None, world.now), Err(Error::Closed(_))));
    assert!(matches!(world.core.sign_out(), Err(Error::Closed(_))));
    assert!(matches!(world.core.view().phase, Phase::Closed));
}

#[test]
fn i15_what_a_refresh_has_written_is_not_written_again_as_it_was_before() {
    for is_lost in [false, true] {
        let now = Now { mono: crate::runtime::now(), wall: std::time::SystemTime::UNIX_EPOCH };
        let mut core = Core::new(7, true);
        core.make_refreshable(Default::default());
        core.sign_in(tokens("first"), None, None, now).unwrap();
        assert_eq!(core.pending_write().map(|pending| pending.replaces), Some(Replaces::Anything));
        let Demand::Start(start, _) = core.demand_refresh(now) else { panic!("not refreshed") };
        let id = start.input.unwrap().record.id.next(0);
        let refreshed = Refreshed {
            credential: tokens("second"),
            id: Some(id.clone()),
            adopted: None,
            not_stored: is_lost.then(not_stored),
        };
        core.finish(start.flight, RefreshOutcome::Success(refreshed), now).unwrap().unwrap();
        let left = core.pending_write().map(|pending| pending.replaces);
        assert_eq!(left, is_lost.then_some(Replaces::UpTo(id, Logins::default())), "{is_lost}");
    }
}

#[test]
fn i9_what_a_refresh_has_stored_after_the_close_is_not_written_again() {
    let now = crate::runtime::Clock::default().now();
    let mut core = Core::new(7, true);
    core.make_refreshable(Default::default());
    core.sign_in(tokens("one"), None, None, now).unwrap();
    let Demand::Start(start, _) = core.demand_refresh(now) else { panic!("not refreshed") };
    let id = start.input.unwrap().record.id.next(7);
    core.close();
    let stored = || RefreshOutcome::Success(Refreshed { id: Some(id.clone()), ..tokens("two").into() });
    core.finish_superseded(FlightId(start.flight.0 + 1), &mut stored());
    assert!(core.has_pending_write(), "I9: of another flight");
    core.finish_superseded(start.flight, &mut stored());
    assert!(!core.has_pending_write(), "I15");
}
