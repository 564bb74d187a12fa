//! The limits of a jar: each with what goes first, and that it is told once.

use std::time::Duration;

use super::tests::{Day, again, headers, sent, sent_at, set};
use super::*;

#[test]
fn name_and_value_have_4096_bytes_and_an_attribute_1024() {
    for (name, value, taken) in
        [(1, 4095, true), (2, 4095, false), (4096, 0, true), (4097, 0, false), (0, 4097, false)]
    {
        let jar = Jar::default();
        set(&jar, &format!("{}={}", "n".repeat(name), "v".repeat(value)), "https://a.com/");
        assert_eq!(!sent(&jar, "https://a.com/").is_empty(), taken, "{name} {value}");
        assert_eq!(
            jar.written().is_some_and(|_| again(&jar).written() == jar.written()),
            taken,
            "from a record"
        );
        assert_eq!(jar.has_dropped(), !taken, "{name} {value}");
        let dropped = jar.take_dropped().map(|dropped| dropped.too_large);
        assert_eq!(dropped, (!taken).then_some(1), "{name} {value}");
        assert_eq!((jar.take_dropped(), jar.has_dropped()), (None, false), "it is told once");
    }
    let long = "p".repeat(1023);
    let jar = Jar::default();
    set(&jar, &format!("c=1; Path=/{long}"), "https://a.com/");
    set(&jar, &format!("d=1; Path=/{long}p"), "https://a.com/");
    assert_eq!(sent(&jar, "https://a.com/"), "d=1", "a longer attribute says nothing");
}

/// Sets `count` cookies from one host, the first of them `c0`.
fn fill(jar: &Jar, host: &str, count: usize) {
    let cookies: Vec<_> = (0..count).map(|at| format!("c{at}=1")).collect();
    jar.store(&headers(&cookies), &Url::parse(&format!("https://{host}/")).unwrap(), &Clock::default());
}

#[test]
fn a_domain_has_50_and_the_one_that_is_used_least_recently_goes() {
    let jar = Jar::default();
    fill(&jar, "a.com", 50);
    set(&jar, "other=1; Path=/x", "https://a.com/");
    assert_eq!(jar.take_dropped(), Some(CookiesDropped { of_one_domain: 1, ..Default::default() }));
    assert!(!sent(&jar, "https://a.com/").contains("c0="));
    // All but `other` were sent meanwhile.
    set(&jar, "more=1; Path=/x", "https://a.com/");
    assert!(!sent(&jar, "https://a.com/x").contains("other="), "sent counts as used");
    // What is set again is used, too.
    let jar = Jar::default();
    fill(&jar, "a.com", 50);
    set(&jar, "c0=2", "https://a.com/");
    set(&jar, "more=1", "https://a.com/");
    let rest = sent(&jar, "https://a.com/");
    assert!(rest.contains("c0=2") && !rest.contains("c1=") && rest.contains("c2="), "{rest}");
    // Another domain has its own.
    fill(&jar, "b.com", 50);
    assert_eq!(jar.take_dropped(), Some(CookiesDropped { of_one_domain: 1, ..Default::default() }));
}

#[test]
fn what_has_expired_goes_before_what_is_used_least_recently() {
    let (days, clock) = Day::new();
    let jar = Jar::default();
    fill(&jar, "a.com", 49);
    let url = Url::parse("https://a.com/").unwrap();
    jar.store(&headers(&["short=1; Max-Age=5"]), &url, &clock);
    days.pass(Duration::from_secs(5));
    jar.store(&headers(&["more=1"]), &url, &clock);
    assert_eq!(jar.take_dropped(), None);
    assert!(sent_at(&jar, "https://a.com/", &clock).contains("c0="));
}

#[test]
fn a_jar_has_3000() {
    let jar = Jar::default();
    for at in 0..61 {
        fill(&jar, &format!("h{at}.com"), 50);
    }
    assert_eq!(jar.take_dropped(), Some(CookiesDropped { in_all: 50, ..Default::default() }));
    assert_eq!(sent(&jar, "https://h0.com/"), "");
    assert!(sent(&jar, "https://h1.com/").contains("c0=1"));
    let len = || jar.written().unwrap().as_array().unwrap().len();
    assert_eq!(len(), 3000);
    set(&jar, "one=1", "https://more.com/");
    assert_eq!(jar.take_dropped(), Some(CookiesDropped { in_all: 1, ..Default::default() }));
    assert_eq!(len(), 3000, "no more goes than has to");
}

#[test]
fn a_request_carries_16_kib_and_the_one_that_is_used_least_recently_leaves_the_jar() {
    let jar = Jar::default();
    let large = "v".repeat(4096 - 2);
    for at in 0..4 {
        set(&jar, &format!("c{at}={large}"), "https://a.com/");
    }
    set(&jar, "used=1; Path=/x", "https://a.com/");
    let exactly = 16_384 - (3 * 4097 + 3 * 2 + 8);
    set(&jar, &format!("c3={}", "v".repeat(exactly - 3)), "https://a.com/");
    assert_eq!(sent(&jar, "https://a.com/x").len(), 16_384);
    assert_eq!(jar.take_dropped(), None);
    set(&jar, "c4=1", "https://a.com/");
    let rest = sent(&jar, "https://a.com/x");
    assert!(rest.len() <= 16_384 && !rest.contains("c0=") && rest.contains("c4=1"), "{}", rest.len());
    assert_eq!(jar.take_dropped(), Some(CookiesDropped { of_one_request: 1, ..Default::default() }));
    assert_eq!(sent(&jar, "https://a.com/x"), rest);
    assert_eq!(jar.take_dropped(), None, "it is told once");
}

#[test]
fn no_more_leaves_a_request_than_has_to() {
    // Those used least recently in front; what is left has 16 KiB with the `; ` between its cookies, to the
    // byte.
    for beyond in [&[10][..], &[100, 10], &[4096, 4], &[4, 4096]] {
        let jar = Jar::default();
        for (at, size) in beyond.iter().enumerate() {
            set(&jar, &format!("b{at}={}", "v".repeat(size - 3)), "https://a.com/");
        }
        for (at, size) in [4096, 4096, 4096, 4086, 2].into_iter().enumerate() {
            set(&jar, &format!("{at}={}", "v".repeat(size - 2)), "https://a.com/");
        }
        let url = Url::parse("https://a.com/").unwrap();
        let all = jar.cookies().unwrap().to_send(&url, crate::runtime::wall());
        assert_eq!(all.len(), beyond.len() + 5, "{beyond:?}");
        let sent = sent(&jar, "https://a.com/");
        assert_eq!((sent.len(), sent.split("; ").count()), (16_384, 5), "{beyond:?}");
        // An answer that was faster has removed them already.
        jar.keep_to_the_limit(&mut all.clone());
        let dropped = u32::try_from(beyond.len()).unwrap();
        assert_eq!(jar.take_dropped().unwrap().of_one_request, dropped, "{beyond:?}: each is told once");
    }
}

#[test]
fn the_limits_hold_for_what_is_read_from_a_record() {
    let written = |host: &str, count: usize| {
        let of_host = move |at: usize| {
            serde_json::json!({
                "raw_cookie": format!("c{at}=1"),
                "path": ["/", false],
                "domain": {"HostOnly": host},
                "expires": "SessionEnd",
            })
        };
        (0..count).map(of_host).collect::<Vec<_>>()
    };
    let jar = Jar::read(written("a.com", 4_000).into()).unwrap();
    assert_eq!(jar.take_dropped(), Some(CookiesDropped { of_one_domain: 3_950, ..Default::default() }));
    assert!(sent(&jar, "https://a.com/").ends_with("c3999=1"));
    let many: Vec<_> = (0..61).flat_map(|at| written(&format!("h{at}.com"), 50)).collect();
    let jar = Jar::read(many.into()).unwrap();
    assert_eq!(jar.take_dropped(), Some(CookiesDropped { in_all: 50, ..Default::default() }));
    let mut large = written("a.com", 1);
    large[0]["raw_cookie"] = format!("c={}", "v".repeat(4096)).into();
    assert_eq!(Jar::read(large.into()).unwrap().take_dropped().unwrap().too_large, 1);
}

#[test]
fn what_was_used_last_is_known_after_a_restart() {
    let jar = Jar::default();
    fill(&jar, "a.com", 50);
    set(&jar, "c0=2", "https://a.com/");
    let jar = again(&jar);
    set(&jar, "more=1", "https://a.com/");
    let rest = sent(&jar, "https://a.com/");
    assert!(rest.contains("c0=2") && !rest.contains("c1=") && rest.contains("c2="), "{rest}");
}

#[test]
fn what_is_used_after_a_restart_was_used_later_than_all_before() {
    let jar = Jar::default();
    fill(&jar, "a.com", 50);
    for value in 2..4 {
        set(&jar, &format!("c49={value}"), "https://a.com/");
    }
    let jar = again(&jar);
    set(&jar, "c0=2", "https://a.com/");
    // As many as push out all but the one that was used last.
    for at in 0..49 {
        set(&jar, &format!("d{at}=1"), "https://a.com/");
    }
    let rest = sent(&jar, "https://a.com/");
    assert!(rest.contains("c0=2") && !rest.contains("c49="), "{rest}");
}
