//! Each rule of a jar as a table of what is set, from where, and what goes where then.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use super::*;

const START: &str = "Sun, 29 Nov 2026 12:00:00 GMT";

/// A time of day that tests set.
#[derive(Clone)]
pub(super) struct Day(Arc<Mutex<SystemTime>>);

impl Day {
    pub(super) fn new() -> (Self, Clock) {
        let day = Self(Arc::new(Mutex::new(httpdate::parse_http_date(START).unwrap())));
        let told = day.clone();
        (day, Clock::with_wall(move || *told.0.lock().unwrap()))
    }

    pub(super) fn pass(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

pub(super) fn headers<T: AsRef<[u8]>>(cookies: &[T]) -> HeaderMap {
    let lines = cookies.iter().map(|cookie| HeaderValue::from_bytes(cookie.as_ref()).unwrap());
    lines.map(|line| (SET_COOKIE, line)).collect()
}

pub(super) fn set(jar: &Jar, cookie: &str, from: &str) {
    jar.store(&headers(&[cookie]), &Url::parse(from).unwrap(), &Clock::default());
}

pub(super) fn sent_at(jar: &Jar, to: &str, clock: &Clock) -> String {
    let Some(header) = jar.header(&Url::parse(to).unwrap(), clock) else { return String::new() };
    assert!(header.is_sensitive());
    String::from_utf8_lossy(header.as_bytes()).into_owned()
}

pub(super) fn sent(jar: &Jar, to: &str) -> String {
    sent_at(jar, to, &Clock::default())
}

pub(super) fn again(jar: &Jar) -> Jar {
    let text = serde_json::to_string(&jar.written().unwrap()).unwrap();
    Jar::read(serde_json::from_str(&text).unwrap()).unwrap()
}

#[test]
fn cookies_go_where_they_came_from_and_nowhere_else() {
    let jar = Jar::default();
    assert_eq!(sent(&jar, "https://a.example/"), "");
    set(&jar, "access=1; HttpOnly; Path=/", "https://a.example/login");
    set(&jar, "refresh=2; Path=/auth", "https://a.example/login");
    set(&jar, "near=3", "https://a.example/auth/in");
    for (to, expected) in [
        ("https://a.example/x", "access=1"),
        ("https://a.example/auth", "refresh=2; near=3; access=1"),
        ("https://a.example/auth/refresh", "refresh=2; near=3; access=1"),
        ("https://a.example/authority", "access=1"),
        ("https://a.example/Auth", "access=1"),
        ("https://a.example:8443/", "access=1"),
        ("https://b.example/x", ""),
        ("https://b.a.example/x", ""),
        ("https://example/", ""),
    ] {
        assert_eq!(sent(&jar, to), expected, "{to}");
    }
}

#[test]
fn the_longest_path_goes_first_and_of_two_the_one_that_was_set_first() {
    let jar = Jar::default();
    for cookie in ["b=1; Path=/", "a=1; Path=/", "c=1; Path=/x/y", "d=1; Path=/x", "b=2; Path=/"] {
        set(&jar, cookie, "https://a.com/");
    }
    assert_eq!(sent(&jar, "https://a.com/x/y/z"), "c=1; d=1; b=2; a=1");
    assert_eq!(sent(&again(&jar), "https://a.com/x/y/z"), "c=1; d=1; b=2; a=1");
}

#[test]
fn a_path_is_matched_as_it_is_sent() {
    for (path, to, goes) in [
        ("/M\u{fc}ller", "/M%C3%BCller/x", true),
        ("/a b", "/a%20b", true),
        ("/a%20b", "/a b", true),
        ("/a%2Fb", "/a/b", false),
        ("relative", "/", true),
        ("", "/", true),
        ("/x/", "/x", false),
        ("/x/", "/x/y", true),
    ] {
        let jar = Jar::default();
        set(&jar, &format!("c=1; Path={path}"), "https://a.com/in");
        assert_eq!(!sent(&jar, &format!("https://a.com{to}")).is_empty(), goes, "{path} {to}");
    }
}

#[test]
fn a_cookie_is_read_as_a_browser_reads_it() {
    for (set_cookie, expected) in [
        ("a=b", "a=b"),
        (" a = b ; Path=/", "a=b"),
        ("\ta\t=\tb\t", "a=b"),
        ("a=b=c", "a=b=c"),
        ("a=", "a="),
        ("a", "a"),
        ("=a", "a"),
        ("a b=c d", "a b=c d"),
        ("a=\"b\"", "a=\"b\""),
        ("a=b,c=d", "a=b,c=d"),
        ("a=b; Unknown=1; SameSite=Strict; Partitioned", "a=b"),
        ("a=b; SameSite=None", "a=b"),
        ("", ""),
        ("=", ""),
        (";", ""),
        ("; Path=/", ""),
    ] {
        let jar = Jar::default();
        set(&jar, set_cookie, "https://a.com/");
        assert_eq!(sent(&jar, "https://a.com/"), expected, "{set_cookie:?}");
    }
}

#[test]
fn the_bytes_of_a_cookie_come_back_from_a_record_too() {
    let all: Vec<u8> = (0x20..=0xff).filter(|byte| !matches!(byte, b';' | 0x7f)).collect();
    let cookie = [b"n\xfc\xff=", &all[1..]].concat();
    let url = Url::parse("https://a.com/").unwrap();
    let jar = Jar::default();
    jar.store(&headers(&[&cookie]), &url, &Clock::default());
    for jar in [&jar, &again(&jar), &again(&again(&jar)).fork()] {
        assert_eq!(jar.header(&url, &Clock::default()).unwrap().as_bytes(), cookie);
    }
}

#[test]
fn a_secure_cookie_is_set_over_tls_or_on_this_machine_and_not_replaced_from_elsewhere() {
    for (from, taken) in [
        ("https://a.com/", true),
        ("http://a.com/", false),
        ("http://localhost/", true),
        ("http://127.0.0.1/", true),
        ("http://[::1]/", true),
    ] {
        let jar = Jar::default();
        set(&jar, "c=1; Secure", from);
        assert_eq!(sent(&jar, from), if taken { "c=1" } else { "" }, "{from}");
    }
    let jar = Jar::default();
    set(&jar, "c=1; Secure; Path=/in; Domain=a.com", "https://a.com/");
    for (cookie, from, taken) in [
        ("c=2; Path=/in", "http://a.com/", false),
        ("c=2; Path=/in/x", "http://b.a.com/", false),
        ("c=2; Path=/in; Domain=a.com; Max-Age=0", "http://b.a.com/", false),
        ("c=2; Path=/", "http://a.com/", true),
        ("d=2; Path=/in", "http://a.com/", true),
        ("c=2; Path=/in", "http://c.com/", true),
        ("c=2; Path=/in", "https://b.a.com/", true),
    ] {
        let jar = jar.fork();
        set(&jar, cookie, from);
        let sent = sent(&jar, &from.replace("http:", "https:")) + &sent(&jar, &format!("{from}in/x"));
        assert_eq!(sent.contains("=2"), taken, "{cookie} from {from}: {sent}");
        assert!(self::sent(&jar, "https://a.com/in").contains("c=1"), "{cookie} from {from}");
    }
    assert_eq!(sent(&jar, "http://a.com/in"), "", "it does not travel in the clear");
}

#[test]
fn a_prefix_of_a_name_promises_what_the_cookie_keeps() {
    for (cookie, taken) in [
        ("__Secure-c=1; Secure", true),
        ("__Secure-c=1; Secure; Domain=a.com", true),
        ("__Secure-c=1", false),
        ("__SECURE-c=1", false),
        ("__Host-c=1; Secure; Path=/", true),
        ("__host-c=1; Secure; Path=/", true),
        ("__Host-c=1; Path=/", false),
        ("__Host-c=1; Secure", false),
        ("__Host-c=1; Secure; Path=/x", false),
        ("__Host-c=1; Secure; Path=/; Domain=a.com", false),
        ("__host-c=1; Secure; Path=/; Domain=a.com", false),
        // Without a name, the value would be sent as one.
        ("__Secure-c", false),
        ("=__Secure-c=1", false),
        ("=__Host-c=1", false),
        ("__host-c; Secure; Path=/", false),
        ("c=__Secure-1", true),
        ("c=__Host-1", true),
        ("c__Host-=1", true),
        ("__Host=1", true),
        ("__Secure=1", true),
        ("_", true),
    ] {
        let jar = Jar::default();
        let (url, clock) = (Url::parse("https://a.com/").unwrap(), Clock::default());
        let received = jar.store(&headers(&[cookie]), &url, &clock);
        let lack = jar.why_empty(Some(&received), &clock);
        assert_eq!(lack.is_none(), taken, "{cookie}: {lack:?}");
        assert!(lack.is_none_or(|lack| lack.contains("1 that does not keep what its prefix")), "{cookie}");
    }
}

#[test]
fn a_record_has_the_attributes_that_were_set() {
    for attributes in ["", "; HttpOnly", "; Secure", "; HttpOnly; Secure"] {
        let jar = Jar::default();
        set(&jar, &format!("c=1{}", attributes.to_ascii_uppercase()), "https://a.com/");
        let written = again(&jar).written().unwrap();
        assert_eq!(written[0]["raw_cookie"], format!("c=1{attributes}"));
    }
}

#[test]
fn a_jar_shows_no_cookie() {
    let jar = Jar::default();
    set(&jar, "c=s3cret", "https://a.com/");
    assert_eq!(format!("{jar:?}"), "Jar(..)", "I27");
}

#[test]
fn a_cookie_lives_as_long_as_its_answer_says_and_400_days_at_most() {
    let day = 86_400;
    for (attributes, seconds) in [
        ("Max-Age=60", Some(60)),
        ("Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Some(60)),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", Some(60)),
        ("Expires=Sun, 29 Nov 2026 13:00:00 GMT", Some(3600)),
        ("Expires=Sunday, 29-Nov-26 13:00:00 GMT", Some(3600)),
        ("Expires=Sun Nov 29 13:00:00 2026", Some(3600)),
        ("Expires=Sun, 29 Nov 2026 13:00:00 GMT; Expires=soon", Some(3600)),
        ("Max-Age=0; Expires=Sun, 29 Nov 2026 13:00:00 GMT", None),
        ("Max-Age=60; Max-Age=7", Some(7)),
        ("Max-Age=7; Max-Age=x", Some(7)),
        ("MAX-AGE=60", Some(60)),
        ("Max-Age=99999999999999999999999", Some(400 * day)),
        ("Max-Age=34560001", Some(400 * day)),
        ("Expires=Fri, 31 Dec 9999 23:59:59 GMT", Some(400 * day)),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Expires=Mon, 01-Jan-01 00:00:00 GMT", None),
        ("Expires=Sun, 29 Nov 2026 12:00:00 GMT", None),
        ("Max-Age=0", None),
        ("Max-Age=-0", None),
        ("Max-Age=-1", None),
        ("Max-Age=-99999999999999999999999", None),
    ] {
        let (days, clock) = Day::new();
        let jar = Jar::default();
        let url = Url::parse("https://a.com/").unwrap();
        jar.store(&headers(&[format!("c=1; {attributes}")]), &url, &clock);
        let Some(seconds) = seconds else {
            assert_eq!(sent_at(&jar, "https://a.com/", &clock), "", "{attributes}");
            continue;
        };
        days.pass(Duration::from_secs(seconds - 1));
        assert_eq!(sent_at(&jar, "https://a.com/", &clock), "c=1", "{attributes}");
        assert_eq!(sent_at(&again(&jar), "https://a.com/", &clock), "c=1", "{attributes}, from a record");
        days.pass(Duration::from_secs(1));
        assert_eq!(sent_at(&jar, "https://a.com/", &clock), "", "{attributes}");
        assert_eq!(sent_at(&again(&jar), "https://a.com/", &clock), "", "{attributes}, from a record");
    }
    for attribute in
        ["Max-Age=", "Max-Age=+5", "Max-Age=5s", "Max-Age=-", "Max-Age=1.5", "Expires=", "Expires=0"]
    {
        let (days, clock) = Day::new();
        let jar = Jar::default();
        jar.store(&headers(&[format!("c=1; {attribute}")]), &Url::parse("https://a.com/").unwrap(), &clock);
        days.pass(Duration::from_secs(1000 * day));
        assert_eq!(sent_at(&jar, "https://a.com/", &clock), "c=1", "{attribute} says nothing");
    }
}

#[test]
fn a_date_is_one_of_the_clock_of_its_server() {
    let (days, clock) = Day::new();
    days.pass(Duration::from_secs(86_400));
    let mut headers = headers(&["c=1; Expires=Sun, 29 Nov 2026 13:00:00 GMT"]);
    headers.insert(http::header::DATE, HeaderValue::from_static(START));
    let jar = Jar::default();
    jar.store(&headers, &Url::parse("https://a.com/").unwrap(), &clock);
    assert_eq!(sent_at(&jar, "https://a.com/", &clock), "c=1", "our clock is a day ahead");
    days.pass(Duration::from_secs(3600));
    assert_eq!(sent_at(&jar, "https://a.com/", &clock), "");
}

#[test]
fn a_cookie_is_replaced_and_taken_back_where_name_domain_and_path_are_the_same() {
    for (cookie, expected) in [
        ("c=2; Path=/", "c=2"),
        ("c=; Path=/; Max-Age=0", ""),
        ("c=2; Path=/x", "c=2; c=1"),
        ("c=2; Path=/; Domain=a.com", "c=1; c=2"),
        ("C=2; Path=/", "c=1; C=2"),
        ("c=; Path=/x; Max-Age=0", "c=1"),
        ("c=; Path=/; Domain=a.com; Max-Age=0", "c=1"),
        // The default path of an answer from the root, or from what is directly below it.
        ("c=2", "c=2"),
    ] {
        let jar = Jar::default();
        set(&jar, "c=1; Path=/", "https://a.com/");
        set(&jar, cookie, "https://a.com/login");
        assert_eq!(sent(&jar, "https://a.com/x"), expected, "{cookie}");
    }
}

#[test]
fn the_record_of_an_earlier_version_is_read() {
    // As `cookie_store` 0.22 wrote it.
    let written = serde_json::json!([
        {"raw_cookie": "sid=1; HttpOnly; Secure; Path=/; Domain=example.com", "path": ["/", true],
         "domain": {"Suffix": "example.com"}, "expires": "SessionEnd"},
        {"raw_cookie": "refresh=2; Max-Age=60", "path": ["/auth", false],
         "domain": {"HostOnly": "a.example.com"}, "expires": {"AtUtc": "2026-11-29T12:01:00Z"}},
        {"raw_cookie": "wide=3", "path": ["/", true], "domain": {"Suffix": "com"}, "expires": "SessionEnd"},
        {"raw_cookie": "secure=4", "path": ["/secure", true],
         "domain": {"Suffix": "localhost"}, "expires": "SessionEnd"},
    ]);
    let (days, clock) = Day::new();
    let jar = Jar::read(written).unwrap();
    for (to, expected) in [
        ("https://a.example.com/auth", "refresh=2; sid=1"),
        ("https://b.example.com/auth", "sid=1"),
        ("http://b.example.com/", ""),
        ("https://other.com/", ""),
        ("http://localhost/secure", "secure=4"),
        ("http://a.localhost/secure", ""),
    ] {
        assert_eq!(sent_at(&jar, to, &clock), expected, "{to}");
    }
    days.pass(Duration::from_secs(60));
    assert_eq!(sent_at(&jar, "https://a.example.com/auth", &clock), "sid=1");
    let damaged = |raw: &str| {
        let domain = serde_json::json!({"HostOnly": "a.com"});
        Jar::read(serde_json::json!([
            {"raw_cookie": raw, "path": ["/", true], "domain": domain, "expires": "SessionEnd"}
        ]))
    };
    assert!(damaged("a=b").is_some());
    for raw in ["a=\u{100}", "a=b\nc", "a=b\u{7f}"] {
        assert!(damaged(raw).is_none(), "{raw:?}");
    }
}

#[test]
fn a_jar_without_a_cookie_says_why() {
    let url = Url::parse("https://a.com/").unwrap();
    let clock = Clock::default();
    for (cookies, why) in [
        (&[][..], "the answer set none"),
        (&["c=1; Domain=com"], "1 that names a public suffix as its `Domain`"),
        (&["c=1; Domain=b.com"], "1 that names a `Domain` that the server is not in"),
        (&["c=1; Max-Age=0", "d=1; Max-Age=0"], "2 that has expired"),
        (&["__Host-c=1"], "1 that does not keep what its prefix"),
        (&["="], "1 that is malformed"),
    ] {
        let jar = Jar::default();
        let received = jar.store(&headers(cookies), &url, &clock);
        let told = jar.why_empty(Some(&received), &clock).unwrap();
        assert!(told.contains(why), "{cookies:?}: {told}");
    }
    let jar = Jar::default();
    assert_eq!(jar.why_empty(None, &clock).as_deref(), Some("no answer has set one"));
    let clear = Url::parse("http://a.com/").unwrap();
    let received = jar.store(&headers(&["c=1; Secure"]), &clear, &clock);
    assert!(jar.why_empty(Some(&received), &clock).unwrap().contains("came over http and is `Secure`"));
    let large = format!("c={}", "v".repeat(5000));
    let received = jar.store(&headers(&[large]), &url, &clock);
    assert!(jar.why_empty(Some(&received), &clock).unwrap().contains("1 that has more than 4096 bytes"));
    set(&jar, "c=1; Domain=a.com", "https://a.com/");
    assert_eq!(jar.why_empty(Some(&received), &clock), None);
}

#[test]
fn a_fork_goes_its_own_way() {
    let jar = Jar::default();
    set(&jar, "csrf=1", "https://a.example/");
    let fork = jar.fork();
    set(&jar, "csrf=2", "https://a.example/");
    assert_eq!(sent(&fork, "https://a.example/"), "csrf=1");
}

#[test]
fn answers_at_once_lose_no_cookie() {
    let jar = Jar::default();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let jar = &jar;
            scope.spawn(move || {
                for at in 0..12 {
                    set(jar, &format!("t{thread}c{at}=1"), "https://a.com/");
                    sent(jar, "https://a.com/");
                }
            });
        }
    });
    assert_eq!(sent(&jar, "https://a.com/").split("; ").count(), 48);
    assert_eq!(jar.take_dropped(), None);
}
