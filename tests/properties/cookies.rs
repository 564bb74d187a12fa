//! `Set-Cookie`. The reference is the crate `cookie` for a line, and RFC 6265bis for where a cookie goes.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use cookie::Cookie;
use proptest::prelude::*;
use sdk_runtime::{Result, ServiceTransport, Url, api_client};
use sdk_testkit::{Backend, Reply};

use crate::check::{check, run, texts};

const PIECES: &[&str] = &[
    "a",
    "b",
    "=",
    "=",
    ";",
    "; ",
    " ",
    "\t",
    "\"",
    ",",
    "Path=/",
    "Path",
    "Domain=a.test",
    "Max-Age=",
    "0",
    "-1",
    "7",
    "Secure",
    "__Host-a=b",
    "__Secure-",
    "Expires=",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "é",
    "\u{80}",
];
/// 15 January 2027.
const NOW: u64 = 1_800_000_000;

#[api_client(auth = cookies)]
trait Jar {
    #[get]
    async fn at(&self, #[url] url: &Url) -> Result<()>;
}

/// The cookies that are sent to each of `paths`, after `/a/login` has set `lines`.
fn sent(lines: &[String], paths: &[&str]) -> Vec<Vec<String>> {
    let backend = Backend::new().fallback(|_| async { Reply::empty() });
    let reply = lines.iter().fold(Reply::empty(), |reply, line| reply.append_header("set-cookie", line));
    backend.reply("GET", "/a/login", reply);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    let builder = JarClient::builder("https://www.a.test").transport(ServiceTransport::new(backend.clone()));
    let client = builder.wall_clock(move || now).build().unwrap();
    let base = Url::parse("https://www.a.test").unwrap();
    run(async {
        client.at(&base.join("/a/login").unwrap()).await.unwrap();
        for path in paths {
            client.at(&base.join(path).unwrap()).await.unwrap();
        }
    });
    let cookies = |request: &sdk_testkit::Request| {
        let Some(line) = request.headers().get("cookie") else { return Vec::new() };
        let line = String::from_utf8_lossy(line.as_bytes()).into_owned();
        let mut cookies: Vec<_> = line.split("; ").map(str::to_owned).collect();
        cookies.sort();
        cookies
    };
    backend.requests()[1..].iter().map(cookies).collect()
}

const PATHS: [&str; 6] = ["/", "/a", "/a/x", "/ab", "/a/b/c", "/b"];

/// What the lines set by the other parser and the rules of RFC 6265bis, 5.7 and 5.8.
fn expected(lines: &[String], path: &str) -> Vec<String> {
    let mut jar = BTreeMap::new();
    for line in lines {
        let cookie = Cookie::parse(line.as_str()).unwrap();
        let directory = cookie.path().filter(|it| it.starts_with('/')).unwrap_or("/a").to_owned();
        let domain = match cookie.domain().map(str::to_ascii_lowercase) {
            None => None,
            Some(domain) if domain == "www.a.test" || domain == "a.test" => Some(domain),
            Some(_) => continue,
        };
        let now = time::OffsetDateTime::from_unix_timestamp(NOW.try_into().unwrap()).unwrap();
        let has_expired = match (cookie.max_age(), cookie.expires_datetime()) {
            (Some(age), _) => age.is_zero(),
            (None, Some(date)) => date <= now,
            (None, None) => false,
        };
        let key = (cookie.name().to_owned(), domain, directory);
        if has_expired {
            jar.remove(&key);
        } else {
            jar.insert(key, cookie.value().to_owned());
        }
    }
    let is_below = |directory: &str| {
        let rest = path.strip_prefix(directory);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || directory.ends_with('/'))
    };
    let mut cookies: Vec<_> = jar
        .into_iter()
        .filter(|((_, _, directory), _)| is_below(directory))
        .map(|((name, ..), value)| format!("{name}={value}"))
        .collect();
    cookies.sort();
    cookies
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let date = [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Thu, 01-Jan-1970 00:00:00 GMT",
        "Sat, 14 Jan 2028 08:00:00 GMT",
        "Fri, 14-Jan-28 08:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "never",
    ];
    let attribute = prop_oneof![
        proptest::sample::select(&["/", "/a", "/a/", "/a/b", "/ab", "a", ""][..])
            .prop_map(|it| format!("Path={it}")),
        proptest::sample::select(&["a.test", ".a.test", "WWW.a.test", "b.test", "test", "x.www.a.test"][..])
            .prop_map(|it| format!("Domain={it}")),
        proptest::sample::select(&["0", "-5", "1", "60", "99999999999999999999", "x", "+1"][..])
            .prop_map(|it| format!("Max-Age={it}")),
        proptest::sample::select(date.to_vec()).prop_map(|it| format!("Expires={it}")),
        proptest::sample::select(
            &["Secure", "HttpOnly", "SameSite=Lax", "x", "x=y", "", "Priority=High"][..]
        )
        .prop_map(str::to_owned),
    ];
    let value = prop_oneof!["[a-z!#$%&'()*+./:<=>?@^_`{|}~-]{0,6}", "\"[a-z ,]{0,4}\""];
    let attributes = proptest::collection::vec((attribute, "[ \t]{0,2}", 0..3_u8), 0..4);
    let line = ("[a-c]", value, attributes).prop_map(|(name, value, attributes)| {
        attributes.into_iter().fold(format!("{name}={value}"), |line, (attribute, blank, case)| {
            let (name, value) = attribute.split_once('=').map_or((&*attribute, None), |(a, b)| (a, Some(b)));
            let name = match case {
                0 => name.to_ascii_lowercase(),
                1 => name.to_ascii_uppercase(),
                _ => name.to_owned(),
            };
            let value = value.map(|value| format!("={blank}{value}")).unwrap_or_default();
            format!("{line};{blank}{name}{value}")
        })
    });
    proptest::collection::vec(line, 1..5)
}

#[test]
fn cookies_go_where_another_reader_sends_them() {
    check("cookies", &lines(), |lines| {
        for (path, sent) in PATHS.into_iter().zip(sent(&lines, &PATHS)) {
            prop_assert_eq!(sent, expected(&lines, path), "to {}", path);
        }
        Ok(())
    });
}

#[test]
fn no_text_sends_anything_but_its_pair() {
    check("texts of cookies", &texts(PIECES), |text| {
        prop_assume!(http::HeaderValue::from_str(&text).is_ok());
        let pair = text.split(';').next().unwrap();
        let blank = [' ', '\t'];
        let pair = match pair.split_once('=') {
            Some((name, value)) if name.trim_matches(blank).is_empty() => {
                value.trim_matches(blank).to_owned()
            }
            Some((name, value)) => format!("{}={}", name.trim_matches(blank), value.trim_matches(blank)),
            None => pair.trim_matches(blank).to_owned(),
        };
        for cookies in sent(&[text], &["/a/b"]) {
            prop_assert!(cookies.is_empty() || cookies == [pair.clone()], "{:?}", cookies);
        }
        Ok(())
    });
}
