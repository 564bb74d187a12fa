//! The refresh schedule: a token that is stale, due or lapsed.

use super::*;

/// A world whose token tells its lifetime, moved on to `seconds` of it.
fn aged(lifetime: u64, seconds: f64) -> World {
    let mut world = World::signed_in();
    world.core.sign_in(living(lifetime), None, None, world.now).unwrap();
    world.now += Duration::from_secs_f64(seconds);
    world
}

fn living(lifetime: u64) -> Credential {
    Credential { lifetime: Some(Duration::from_secs(lifetime)), ..tokens("one") }
}

#[test]
fn a_stale_token_signs_for_all_and_is_refreshed_by_one() {
    let mut world = aged(1000, 850.1);
    let me = world.me();
    let Demand::SignAndStart(signs, start) = world.demand(&me, None) else { panic!("no refresh begins") };
    assert!(Arc::ptr_eq(&signs, &world.active()));
    assert!(!signs.may_be_refreshed(world.now), "the lock-free way is open for everybody else");
    assert!(matches!(world.demand(&me, None), Demand::Sign(_)), "I1");
    world.finish(start.flight, RefreshOutcome::Success(living(1000).into())).unwrap().unwrap();
    assert_eq!(world.active().validity(|| world.now), Validity::Fresh);
}

#[test]
fn a_stale_token_whose_refresh_failed_is_refreshed_again_after_the_cool_down() {
    let mut world = aged(1000, 850.1);
    let me = world.me();
    let Demand::SignAndStart(_, start) = world.demand(&me, None) else { panic!("no refresh begins") };
    world.finish(start.flight, unavailable(Some(Duration::from_secs(7)))).unwrap().unwrap_err();
    assert!(matches!(world.demand(&me, None), Demand::Sign(_)), "I17");
    assert!(!world.active().may_be_refreshed(world.now));
    world.now += Duration::from_secs(7);
    assert!(matches!(world.demand(&me, None), Demand::SignAndStart(..)), "I32");
}

#[test]
fn a_due_token_is_waited_for_and_signs_if_its_refresh_fails() {
    let mut world = aged(1000, 970.1);
    let me = world.me();
    let Demand::Start(start, Some(fallback)) = world.demand(&me, None) else { panic!("not waited for") };
    assert!(matches!(world.demand(&me, None), Demand::Join(Some(_))), "I1");
    assert!(world.core.signs(&fallback, Some("Api::x".into()), world.now));
    world.finish(start.flight, unavailable(None)).unwrap().unwrap_err();
    assert!(matches!(world.demand(&me, None), Demand::Sign(_)), "at once, while cooling down");
    world.now += Duration::from_secs(40);
    assert!(!world.core.signs(&fallback, Some("Api::x".into()), world.now));
    assert!(matches!(world.demand(&me, None), Demand::Start(_, None)), "it has lapsed");
}

#[test]
fn i17_a_login_that_cannot_be_refreshed_any_more_lives_as_long_as_its_token() {
    let mut world = aged(1000, 850.1);
    let (me, version) = (world.me(), world.active().version);
    let Demand::SignAndStart(_, start) = world.demand(&me, None) else { panic!("no refresh begins") };
    let told = world.finish(start.flight, denied()).unwrap().unwrap_err();
    assert!(matches!(told, Error::SessionExpired(_)));
    assert!(matches!(world.demand(&me, None), Demand::Sign(_)));
    world.now += Duration::from_secs(120);
    assert!(matches!(world.demand(&me, None), Demand::Sign(_)), "due, and nothing is sent to refresh it");
    assert!(matches!(world.demand(&me, Some(version)), Demand::Fail(Error::SessionExpired(_))), "refused");
    assert!(matches!(world.core.view().phase, Phase::Expired(_)), "I29");

    let mut world = aged(1000, 970.1);
    let me = world.me();
    let Demand::Start(start, _) = world.demand(&me, None) else { panic!("not waited for") };
    world.finish(start.flight, denied()).unwrap().unwrap_err();
    assert!(matches!(world.demand(&me, None), Demand::Sign(_)));
    world.now += Duration::from_secs(40);
    assert!(matches!(world.demand(&me, None), Demand::Fail(Error::SessionExpired(_))), "lapsed");
}

#[test]
fn a_window_begins_at_its_very_moment() {
    let world = aged(1000, 0.0);
    let (snapshot, moment) = (world.active(), Duration::from_nanos(1));
    let schedule = snapshot.schedule.unwrap();
    for (begin, before, then) in [
        (schedule.refresh_soon, Validity::Fresh, Validity::Stale),
        (schedule.refresh_now, Validity::Stale, Validity::Due),
        (schedule.lapses, Validity::Due, Validity::Lapsed),
    ] {
        let at = |age| {
            let mut now = world.now;
            now += age;
            snapshot.validity(|| now)
        };
        assert_eq!((at(begin - moment), at(begin)), (before, then));
    }
}

#[test]
fn a_rejection_outranks_every_window() {
    for seconds in [1.0, 850.1, 970.1] {
        let mut world = aged(1000, seconds);
        let (me, version) = (world.me(), world.active().version);
        assert!(matches!(world.demand(&me, Some(version)), Demand::Start(_, None)), "I26, {seconds}");
        assert!(matches!(world.demand(&me, None), Demand::Join(None)), "I26: a new call waits");
    }
}

#[test]
fn i36_a_call_waits_for_half_of_what_is_left_at_most() {
    for (lifetime, age, patience) in
        [(1000, 970.5, 14.75), (1000, 999.0, 0.5), (10, 9.6, 0.2), (1, 0.96, 0.02)]
    {
        let mut world = aged(lifetime, age);
        let me = world.me();
        let Demand::Start(_, Some(first)) = world.demand(&me, None) else { panic!("not waited for") };
        let Demand::Join(Some(next)) = world.demand(&me, None) else { panic!("not waited for") };
        for fallback in [&first, &next] {
            let waits = fallback.patience.as_secs_f64();
            assert!((waits - patience).abs() < 1e-6, "I36: {lifetime} {age}: {waits}");
            assert!(world.core.signs(fallback, Some("Api::x".into()), world.now), "I36");
        }
        world.active().reject();
        assert!(
            !world.core.signs(&first, None, world.now) && !world.core.signs(&next, None, world.now),
            "I26: a server has rejected it meanwhile"
        );
    }
}

#[test]
fn i34_a_token_that_one_endpoint_rejects_is_kept_for_those_that_may_accept_it() {
    for lifetime in [None, Some(1000)] {
        let mut world = World::signed_in();
        if let Some(lifetime) = lifetime {
            world.core.sign_in(living(lifetime), None, None, world.now).unwrap();
        }
        let (me, version) = (world.me(), world.active().version);
        let Demand::Start(start, None) = world.demand_at("Api::a", &me, Some(version)) else { panic!("I34") };
        assert!(matches!(world.demand_at("Api::a", &me, None), Demand::Join(None)), "it has rejected it");
        let Demand::Join(Some(fallback)) = world.demand_at("Api::c", &me, None) else { panic!("I34") };
        assert!(world.core.signs(&fallback, Some("Api::c".into()), world.now), "I34");
        world.finish(start.flight, unavailable(None)).unwrap().unwrap_err();
        assert!(matches!(world.demand_at("Api::a", &me, None), Demand::Fail(_)), "I7");
        assert!(matches!(world.demand_at("Api::c", &me, None), Demand::Sign(_)), "I34: in the cool-down");
        assert!(
            matches!(world.demand_at("Api::c", &me, Some(version)), Demand::Fail(_)),
            "it rejects it too"
        );
        assert!(matches!(world.demand_at("Api::c", &me, None), Demand::Fail(_)), "I26");
        assert!(
            !world.core.signs(&fallback, Some("Api::c".into()), world.now),
            "I5: a call that waited meanwhile"
        );
        world.now += Duration::from_secs(1000);
        let waits = world.demand_at("Api::d", &me, None);
        let has_spare = lifetime.is_none();
        assert!(
            matches!(waits, Demand::Start(_, fallback) if fallback.is_some() == has_spare),
            "a lapsed one signs nothing"
        );
    }
}

#[test]
fn i34_an_endpoint_on_hold_gives_up_no_token() {
    let mut world = World::signed_in();
    let (me, version) = (world.me(), world.active().version);
    world.core.hold("Api::a".into(), Version { generation: 0, ..version }, world.now.mono);
    let Demand::Start(start, None) = world.demand_at("Api::a", &me, Some(version)) else { panic!("I34") };
    assert!(matches!(world.demand_at("Api::c", &me, None), Demand::Sign(_)), "I34: no other caller waits");
    world.finish(start.flight, unavailable(None)).unwrap().unwrap_err();
    assert!(matches!(world.demand_at("Api::c", &me, None), Demand::Sign(_)), "I34");
    world.core.hold("Api::a".into(), version, world.now.mono);
    let Demand::Fail(Error::SessionExpired(expired)) = world.demand_at("Api::a", &me, Some(version)) else {
        panic!("I35")
    };
    assert_eq!(expired.reason(), ExpiredReason::EndpointRejects);
    assert!(!world.active().is_rejected(), "I34");
}

#[test]
fn i34_a_login_that_cannot_be_refreshed_any_more_is_not_ended_by_an_endpoint_on_hold() {
    let mut world = aged(1000, 850.1);
    let (me, version) = (world.me(), world.active().version);
    world.core.hold("Api::a".into(), Version { generation: 0, ..version }, world.now.mono);
    let Demand::SignAndStart(_, start) = world.demand(&me, None) else { panic!("no refresh begins") };
    world.finish(start.flight, denied()).unwrap().unwrap_err();
    assert!(matches!(world.demand_at("Api::a", &me, Some(version)), Demand::Fail(_)));
    assert!(matches!(world.demand_at("Api::c", &me, None), Demand::Sign(_)), "I34");
}

/// What can end the login apart from `/a`, which forbids: nothing to refresh with, and a refresh that is
/// rejected before or after.
#[test]
fn i34_only_a_server_that_has_accepted_a_token_can_say_that_it_is_over() {
    for way in ["nothing to refresh with", "the refresh is rejected", "the refresh was rejected before"] {
        for is_over in [false, true] {
            let mut world = World::signed_in();
            if way == "nothing to refresh with" {
                world.core = Core::new(7, false);
                world.core.sign_in(tokens("one"), None, None, world.now).unwrap();
            }
            let (me, version) = (world.me(), world.active().version);
            world.active().accept("Api::c".into());
            if way == "the refresh was rejected before" {
                let Demand::Start(start, _) = world.core.demand_refresh(world.now) else { panic!("{way}") };
                world.finish(start.flight, denied()).unwrap().unwrap_err();
            }
            match world.demand_at("Api::a", &me, Some(version)) {
                Demand::Start(start, None) if way == "the refresh is rejected" => {
                    let told = world.finish(start.flight, denied()).unwrap().unwrap_err();
                    assert!(matches!(told, Error::SessionExpired(_)), "{way}");
                }
                Demand::Fail(Error::SessionExpired(told)) => assert!(told.requires_sign_in(), "{way}"),
                other => panic!("{way}: {other:?}"),
            }
            assert!(matches!(world.core.view().phase, Phase::Active(_)), "I34: {way}");
            assert!(
                matches!(world.demand_at("Api::a", &me, None), Demand::Fail(Error::SessionExpired(_))),
                "{way}"
            );
            assert!(matches!(world.demand_at("Api::c", &me, None), Demand::Sign(_)), "I34: {way}");
            if is_over {
                let told = world.demand_at("Api::c", &me, Some(version));
                assert!(matches!(told, Demand::Fail(Error::SessionExpired(_))), "{way}: {told:?}");
                assert!(matches!(world.core.view().phase, Phase::Expired(_)), "I29: {way}");
            }
        }
    }
}

#[test]
fn i34_an_endpoint_is_not_taken_for_one_of_many_that_have_accepted() {
    // The names are kept for the life of the program, as those of endpoints are.
    let names = (0..300).map(|number| &*format!("Api::c{number}").leak()).collect::<Vec<_>>();
    let (accepting, forbidding) = names.split_at(200);
    for endpoint in forbidding {
        let mut world = World::signed_in();
        let (me, version) = (world.me(), world.active().version);
        accepting.iter().for_each(|name| world.active().accept((*name).into()));
        let Demand::Start(start, None) = world.demand_at(endpoint, &me, Some(version)) else {
            panic!("{endpoint}")
        };
        world.finish(start.flight, denied()).unwrap().unwrap_err();
        assert!(matches!(world.core.view().phase, Phase::Active(_)), "I34: {endpoint}");
    }
}
