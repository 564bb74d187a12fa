//! The cool-down after each kind of failure, and what ends it earlier.

use http::HeaderMap;

use super::*;
use crate::error::DecodeError;
use crate::session::stored::Undecodable;
use crate::session::stored::outcome_unknown::COOL_DOWN;

pub(super) fn undecodable(detail: &str) -> RefreshOutcome {
    let head = (StatusCode::OK, &HeaderMap::new());
    let error = DecodeError::new("Tokens", head, None, String::new(), &bytes::Bytes::new());
    // By a clock that is ahead, so that the whole cool-down is left.
    let at = std::time::SystemTime::now() + Duration::from_secs(1_000_000);
    RefreshOutcome::Undecodable(Undecodable { at, error: error.because(detail.to_owned()) })
}

fn misconfigured() -> RefreshOutcome {
    RefreshOutcome::Misconfigured(UnavailableCause::Timeout)
}

/// A world whose token lives for `lifetime` seconds.
fn living(lifetime: u64) -> World {
    let mut world = World::signed_in();
    let credential = Credential { lifetime: Some(Duration::from_secs(lifetime)), ..tokens("one") };
    world.core.sign_in(credential, None, None, world.now).unwrap();
    world
}

impl World {
    /// Returns the flight of the refresh that a call starts now, if it starts one.
    fn starts(&mut self) -> Option<FlightId> {
        let me = self.me();
        match self.demand(&me, None) {
            Demand::Start(start, _) | Demand::SignAndStart(_, start) => Some(start.flight),
            _ => None,
        }
    }

    /// Ends the refresh that is due with `outcome`, and returns the cool-down.
    fn fails(&mut self, outcome: RefreshOutcome) -> Duration {
        let flight = self.starts().expect("a refresh is due");
        let Err(Error::RefreshUnavailable(told)) = self.finish(flight, outcome).unwrap() else {
            panic!("no failure")
        };
        self.core.cool_down.as_ref().map(|it| it.until - self.now.mono).inspect(|_| drop(told)).unwrap()
    }
}

#[test]
fn i18_each_kind_of_failure_is_waited_for_from_short_to_long() {
    for (name, outcome, longest) in [
        ("not spent", (|| unavailable(None)) as fn() -> RefreshOutcome, 60),
        ("misconfigured", misconfigured, 300),
    ] {
        let mut world = living(10);
        world.now += Duration::from_secs(10);
        let mut ceiling = Duration::from_secs(1);
        for _ in 0..12 {
            let wait = world.fails(outcome());
            assert!(ceiling / 2 <= wait && wait <= ceiling, "I18: {name}: {wait:?} of {ceiling:?}");
            assert!(world.starts().is_none(), "I18: {name}");
            world.now += wait - Duration::from_millis(1);
            assert!(world.starts().is_none(), "I18: {name}");
            world.now += Duration::from_millis(1);
            ceiling = (ceiling * 2).min(Duration::from_secs(longest));
        }
    }
}

#[test]
fn i18_a_sleep_of_the_machine_and_another_network_end_a_cool_down_once() {
    let sleeps = |world: &mut World, seconds: u64| world.now.wall += Duration::from_secs(seconds);
    for outcome in [misconfigured as fn() -> RefreshOutcome, || unavailable(Some(Duration::from_secs(3000)))]
    {
        let mut world = living(10);
        world.now += Duration::from_secs(10);
        for _ in 0..4 {
            world.fails(outcome());
            world.now += Duration::from_millis(200);
            sleeps(&mut world, 5);
            assert!(world.starts().is_none(), "I18: a clock that was set by 5 s");
            sleeps(&mut world, 1);
            let wait = world.fails(outcome());
            assert!(world.starts().is_none(), "I18: once: {wait:?}");
            world.core.network_changed(world.now);
            let wait = world.fails(outcome());
            assert!(world.starts().is_none(), "I18: once: {wait:?}");
            world.core.network_changed(world.now);
        }
    }
}

#[test]
fn i18_another_network_frees_a_token_in_its_advisory_window() {
    for is_sleep in [false, true] {
        let mut world = living(1000);
        world.now += Duration::from_secs(880);
        world.fails(unavailable(Some(Duration::from_secs(90))));
        world.now += Duration::from_secs(1);
        assert!(world.starts().is_none() && !world.active().may_be_refreshed(world.now), "I18");
        match is_sleep {
            false => world.core.network_changed(world.now),
            // Calls stop taking the published token when the wall clock says that the cool-down is over.
            true => world.now.wall += Duration::from_secs(90),
        }
        assert!(world.active().may_be_refreshed(world.now), "I18, I32");
        assert!(world.starts().is_some(), "I18, I32");
    }
}

#[test]
fn i14_what_was_most_likely_spent_is_not_sent_while_the_access_token_is_valid() {
    let mut world = living(10_000);
    let me = world.me();
    world.now += Duration::from_secs(9_000);
    assert_eq!(world.starts(), None);
    world.now += Duration::from_secs(701);
    assert_eq!(world.fails(undecodable("first")), COOL_DOWN, "I14");
    let Demand::Fail(Error::RefreshUnavailable(told)) = world.core.demand_refresh(world.now) else {
        panic!("I14")
    };
    assert!(matches!(told.cause(), UnavailableCause::Decode(error) if error.detail() == "first"));
    world.core.network_changed(world.now);
    world.now.wall += Duration::from_secs(6);
    world.now += Duration::from_secs(280);
    for _ in 0..2 {
        assert!(matches!(world.demand(&me, None), Demand::Sign(_)), "I14, I17: it is due, and signs");
        assert!(matches!(world.core.demand_refresh(world.now), Demand::Fail(_)), "I14");
        world.now += Duration::from_secs(6);
    }
    // The token lapses, and the cool-down is over.
    world.now += Duration::from_secs(10);
    let flight = world.starts().expect("once, for a server that does not rotate");
    let told = world.finish(flight, undecodable("second")).unwrap().unwrap_err();
    assert!(matches!(told, Error::RefreshUnavailable(_)));
    world.core.network_changed(world.now);
    assert!(world.starts().is_none(), "I14: nothing ends this cool-down sooner");
    world.now.wall += Duration::from_secs(100);
    assert!(world.starts().is_none(), "I14");
    world.now += COOL_DOWN;
    let flight = world.starts().expect("once for each cool-down");
    let first = &world.core.outcome_unknown.undecodable().unwrap().error;
    assert_eq!(first.detail(), "first", "the first error is told");
    let RefreshOutcome::Denied(expired) = denied().after(&world.core.outcome_unknown) else {
        panic!("not rejected")
    };
    assert_eq!(expired.reason(), ExpiredReason::UndecodableRefresh);
    assert_eq!(expired.decode_error().unwrap().detail(), "first");
    world.finish(flight, RefreshOutcome::Success(tokens("two").into())).unwrap().unwrap();
    assert!(matches!(world.core.outcome_unknown, OutcomeUnknown::No), "it recovers");
}

/// An application has asked for a refresh early in the token's life, and the cool-down is long over.
#[test]
fn i14_what_was_most_likely_spent_is_not_sent_in_the_windows_either() {
    let mut world = living(10_000);
    let Demand::Start(start, _) = world.core.demand_refresh(world.now) else { panic!("not refreshed") };
    world.finish(start.flight, undecodable("first")).unwrap().unwrap_err();
    let me = world.me();
    for seconds in [9_720, 260, 19] {
        world.now += Duration::from_secs(seconds);
        assert!(matches!(world.demand(&me, None), Demand::Sign(_)), "I14: {seconds}");
        assert!(matches!(world.core.demand_refresh(world.now), Demand::Fail(_)), "I14: {seconds}");
    }
    world.now += Duration::from_secs(1);
    assert!(world.starts().is_some(), "it has lapsed");
}

#[test]
fn i14_a_rejected_token_is_over_for_an_undecodable_answer_too() {
    let mut world = living(10_000);
    let (me, version) = (world.me(), world.active().version);
    world.now += Duration::from_secs(9_701);
    world.fails(undecodable("first"));
    assert!(matches!(world.demand(&me, Some(version)), Demand::Fail(Error::RefreshUnavailable(_))), "I14");
    world.now += COOL_DOWN - Duration::from_secs(10);
    assert!(world.starts().is_none(), "I14");
    world.now += Duration::from_secs(10);
    assert!(world.starts().is_some());
}

/// The model takes the failure of such a call for right, so the hold has to end.
#[test]
fn i35_a_hold_ends_while_an_answer_could_not_be_decoded() {
    let mut world = World::signed_in();
    world.refreshes(undecodable("first")).unwrap_err();
    world.now += Duration::from_secs(301);
    let (me, version) = (world.me(), world.active().version);
    world.core.hold("Api::x".into(), version, world.now.mono);
    for _ in 0..2 {
        let blocked = world.demand(&me, Some(version));
        assert!(matches!(blocked, Demand::Fail(Error::SessionExpired(_))), "I35: {blocked:?}");
        world.now += Duration::from_secs(29);
    }
    world.now += Duration::from_secs(3);
    let demand = world.demand(&me, Some(version));
    assert!(matches!(demand, Demand::Start(..)), "I32: {demand:?}");
}
