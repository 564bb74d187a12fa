//! Pages: which requests follow one another, where that ends, and as whom they are sent.

use std::time::Duration;

use sdk_runtime::__private::{Auth, Endpoint, Paginate};
use sdk_runtime::error::Closed;
use sdk_runtime::{CancellationToken, Error, Page, Pages};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

use crate::support::{Api, client, decoder, endpoint, headers, script, tokens_of};

static LIST: Endpoint = Endpoint::new("Api::list", "GET", "/list").query("q=a%20b&page=x");

#[derive(Deserialize, Debug, PartialEq)]
pub(crate) struct Listed {
    pub(crate) items: Vec<u32>,
    next: Option<String>,
    more: Option<bool>,
}

impl Page for Listed {
    type Item = u32;
    type Cursor = String;

    fn into_items(self) -> Vec<u32> {
        self.items
    }

    fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn next_cursor(&self) -> Option<String> {
        self.next.clone()
    }

    fn has_more(&self) -> Option<bool> {
        self.more
    }
}

pub(crate) fn list(api: &Api, paginate: Paginate<Listed>) -> Pages<Listed> {
    api.0.request(&LIST).pages(decoder!(Listed), paginate)
}

fn page(items: &[u32], next: Option<&str>, more: Option<bool>) -> Reply {
    Reply::json(&serde_json::json!({ "items": items, "next": next, "more": more }))
}

pub(crate) fn linked(items: &[u32], link: &str) -> Reply {
    page(items, None, None).header("link", link)
}

const BY_CURSOR: fn() -> Paginate<Listed> =
    || Paginate::Cursor { parameter: "after", next: |page| page.next_cursor() };
const BY_NUMBER: fn() -> Paginate<Listed> = || Paginate::Page { parameter: "number", first: 1 };
const BY_LINK: fn() -> Paginate<Listed> = || Paginate::Link;

/// The items, the paths that were asked for, and the argument that was wrong in the end, if one was.
pub(crate) async fn walked(
    backend: &Backend,
    pages: Pages<Listed>,
) -> (Vec<u32>, Vec<String>, Option<String>) {
    let (mut items, mut read, mut wrong) = (pages.items(), Vec::new(), None);
    while let Some(item) = items.next().await {
        assert!(read.len() < 100, "there is no end of it");
        match item {
            Ok(item) => read.push(item),
            Err(Error::InvalidRequest(error)) => {
                wrong = Some(format!("{}: {}", error.argument(), error.reason()));
                assert!(items.next().await.is_none(), "nothing comes after an error");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    let requests = backend.requests();
    let asked = requests.iter().map(|request| request.uri().to_string());
    let asked = asked.map(|uri| uri.trim_start_matches("http://localhost").to_owned()).collect();
    (read, asked, wrong)
}

const FIRST: &str = "/list?q=a%20b&page=x";

#[tokio::test(start_paused = true)]
async fn each_way_leads_from_page_to_page_and_ends() {
    let second = |rest: &str| format!("{FIRST}&{rest}");
    for (case, paginate, replies, items, asked) in [
        (
            "cursor",
            BY_CURSOR,
            vec![page(&[1, 2], Some("a b+"), None), page(&[], Some("c"), None), page(&[3], None, None)],
            &[1, 2, 3][..],
            vec![FIRST.to_owned(), second("after=a%20b%2B"), second("after=c")],
        ),
        ("empty cursor", BY_CURSOR, vec![page(&[1], Some(""), None)], &[1], vec![FIRST.to_owned()]),
        ("no more", BY_CURSOR, vec![page(&[1], Some("a"), Some(false))], &[1], vec![FIRST.to_owned()]),
        (
            "number",
            BY_NUMBER,
            vec![page(&[1], None, None), page(&[2], None, Some(true)), page(&[], None, None)],
            &[1, 2],
            vec![second("number=1"), second("number=2"), second("number=3")],
        ),
        (
            "number, no more",
            BY_NUMBER,
            vec![page(&[1], None, None), page(&[2], None, Some(false))],
            &[1, 2],
            vec![second("number=1"), second("number=2")],
        ),
        (
            "number, empty though there are more",
            BY_NUMBER,
            vec![page(&[1], None, Some(true)), page(&[], None, Some(true))],
            &[1],
            vec![second("number=1"), second("number=2")],
        ),
        (
            "cursor, none though there are more",
            BY_CURSOR,
            vec![page(&[1], None, Some(true))],
            &[1],
            vec![FIRST.to_owned()],
        ),
        (
            "link, none though there are more",
            BY_LINK,
            vec![page(&[1], None, Some(true))],
            &[1],
            vec![FIRST.to_owned()],
        ),
        (
            "link",
            BY_LINK,
            vec![
                linked(&[1], "<?p=2>; rel=next"),
                linked(&[2], "</other/list?p=3#top>; rel=\"last next\""),
                linked(&[3], "<http://localhost/list?p=4>; rel=next"),
                linked(&[4], "<?p=1>; rel=first"),
            ],
            &[1, 2, 3, 4],
            ["?p=2", "/other/list?p=3", "?p=4"].into_iter().fold(vec![FIRST.to_owned()], |mut all, next| {
                all.push(if next.starts_with('/') { next.to_owned() } else { format!("/list{next}") });
                all
            }),
        ),
        (
            "link, no more",
            BY_LINK,
            vec![page(&[1], None, Some(false)).header("link", "<?p=2>; rel=next")],
            &[1],
            vec![FIRST.to_owned()],
        ),
    ] {
        let backend = Backend::new();
        script(&backend, "GET", "/{*path}", replies);
        let api = client(&backend, |builder| builder);
        let outcome = walked(&backend, list(&api, paginate())).await;
        assert_eq!(outcome, (items.to_vec(), asked, None), "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_next_page_that_cannot_be_is_an_error_and_not_asked_for() {
    for (case, paginate, replies, wrong) in [
        ("the same cursor", BY_CURSOR, vec![page(&[1], Some("a"), None)], "after: "),
        (
            "a circle of cursors",
            BY_CURSOR,
            vec![page(&[1], Some("a"), None), page(&[2], Some("b"), None), page(&[3], Some("a"), None)],
            "asked for before",
        ),
        (
            "a circle of links",
            BY_LINK,
            vec![
                linked(&[1], "<?a>; rel=next"),
                linked(&[2], "<?b>; rel=next"),
                linked(&[3], "</list?a>; rel=next"),
            ],
            "asked for before",
        ),
        ("the same link", BY_LINK, vec![linked(&[1], "<?q=1>; rel=next")], "Link: leads back"),
        (
            "another host",
            BY_LINK,
            vec![linked(&[1], "<https://evil.example/x>; rel=next")],
            "at another origin",
        ),
        (
            "without TLS or with",
            BY_LINK,
            vec![linked(&[1], "<https://localhost/x>; rel=next")],
            "at another origin",
        ),
        ("another port", BY_LINK, vec![linked(&[1], "<//localhost:81/x>; rel=next")], "at another origin"),
        ("a user", BY_LINK, vec![linked(&[1], "<//a:b@localhost/x>; rel=next")], "a password"),
        ("no address", BY_LINK, vec![linked(&[1], "<http://[>; rel=next")], "no address"),
    ] {
        let backend = Backend::new();
        script(&backend, "GET", "/{*path}", replies);
        let api = client(&backend, |builder| builder);
        let (_, asked, told) = walked(&backend, list(&api, paginate())).await;
        assert!(told.as_deref().is_some_and(|told| told.contains(wrong)), "{case}: {told:?}");
        // What leads back does so from a later page on.
        let pages =
            if case.starts_with("a circle") { 3 } else { 1 + usize::from(case.starts_with("the same")) };
        assert_eq!(asked.len(), pages, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_caller_may_begin_further_on() {
    const LAST: &str = "number=18446744073709551615";
    for (query, asked, ends) in [
        ("number=7", &["number=7", "number=8"][..], true),
        ("number=0", &["number=0", "number=1"], true),
        ("number=%37", &["number=%37", "number=8"], true),
        ("number=7&number=9", &["number=7&number=9", "number=8"], true),
        ("numbers=7", &["numbers=7&number=1", "numbers=7&number=2"], true),
        // What is no number is none, and the first page is asked for.
        ("number=x", &["number=1", "number=2"], true),
        ("number=-7", &["number=1", "number=2"], true),
        ("number", &["number=1", "number=2"], true),
        // There is no number after it.
        (LAST, &[LAST], false),
    ] {
        let backend = Backend::new();
        script(&backend, "GET", "/list", vec![page(&[1], None, None), page(&[], None, None)]);
        let api = client(&backend, |builder| builder);
        let from = endpoint(Endpoint::new("Api::list", "GET", "/list").query(query));
        let pages = api.0.request(from).pages(decoder!(Listed), BY_NUMBER());
        let (items, requests, wrong) = walked(&backend, pages).await;
        let expected: Vec<_> = asked.iter().map(|query| format!("/list?{query}")).collect();
        assert_eq!((items, requests, wrong.is_none()), (vec![1], expected, ends), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_it_is_asked_for_and_one_page_at_a_time_then() {
    let backend = Backend::new().reply("POST", "/refresh", Reply::text("new"));
    script(
        &backend,
        "GET",
        "/list",
        vec![
            page(&[1], Some("a"), None),
            Reply::empty().status(401),
            Reply::empty().status(503),
            page(&[2], Some("b"), None),
            Reply::empty().status(500),
        ],
    );
    let api = client(&backend, |builder| builder.retry(1));
    let mut pages = list(&api, BY_CURSOR()).header("x-trace", "7");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(backend.requests().len(), 0);
    pages.next().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(backend.requests().len(), 1);
    assert_eq!(pages.next().await.unwrap().unwrap().items, [2], "refreshed for, replayed and retried");
    assert_eq!(backend.count("GET", "/list"), 4);

    assert_eq!(pages.next().await.unwrap().unwrap_err().status().unwrap(), 500);
    assert!(pages.next().await.is_none(), "it ends with an error");
    let traced = headers(&backend, "/list", "x-trace");
    assert!(traced.iter().all(|header| header.as_deref() == Some("7")), "{traced:?}");
}

/// I12.
#[tokio::test(start_paused = true)]
async fn i12_pages_belong_to_the_login_that_fetched_the_first() {
    for (end, ends) in [(0, "signed in"), (1, "signed out"), (2, "closed"), (3, "the same subject")] {
        let backend = Backend::new().reply("GET", "/list", page(&[1], Some("a"), None));
        let api = client(&backend, |builder| builder);
        let subject = || tokens_of("ann").subject("ann");
        // Made before the sign-in that counts: who asks is who is signed in at the first page.
        let mut pages = list(&api, BY_CURSOR());
        api.session().sign_in(subject()).unwrap();
        pages.next().await.unwrap().unwrap();
        match end {
            0 => api.session().sign_in(tokens_of("bob").subject("bob")).unwrap(),
            1 => api.session().sign_out(),
            2 => api.session().close(),
            _ => api.session().sign_in(subject()).unwrap(),
        }
        let next = pages.next().await.unwrap();
        let expected = match (end, &next) {
            (0, Err(Error::IdentityChanged(changed))) => !changed.was_sent(),
            (1, Err(Error::NotSignedIn(_))) | (2, Err(Error::Closed(_))) | (3, Ok(_)) => true,
            _ => false,
        };
        assert!(expected, "{ends}: {next:?}");
        assert_eq!(backend.requests().len(), if end == 3 { 2 } else { 1 }, "{ends}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_session_ends_unsigned_pages_too() {
    static PUBLIC: Endpoint = Endpoint::new("Api::public", "GET", "/list").auth(Auth::None);
    let backend = Backend::new().reply("GET", "/list", page(&[1], Some("a"), None));
    let api = client(&backend, |builder| builder);
    let mut pages: Pages<Listed> = api.0.request(&PUBLIC).pages(decoder!(Listed), BY_CURSOR());
    pages.next().await.unwrap().unwrap();
    api.session().close();
    assert!(matches!(pages.next().await, Some(Err(Error::Closed(_)))));
    assert_eq!(backend.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_page_has_its_time_and_all_of_them_can_be_called_off() {
    let backend = Backend::new();
    let slow = |next| page(&[1], Some(next), None).delay(Duration::from_secs(6));
    script(&backend, "GET", "/list", vec![slow("a"), slow("b"), Reply::hang()]);
    let api = client(&backend, |builder| builder);
    let mut pages = list(&api, BY_CURSOR()).timeout(Duration::from_secs(10));
    pages.next().await.unwrap().unwrap();
    pages.next().await.unwrap().unwrap();
    assert!(matches!(pages.next().await, Some(Err(Error::Timeout(_)))));
    assert!(pages.next().await.is_none());

    let token = CancellationToken::new();
    let mut pages = list(&api, BY_CURSOR()).cancel_on(&token);
    token.cancel();
    let before = backend.requests().len();
    assert!(matches!(pages.next().await, Some(Err(Error::Cancelled(_)))));
    assert_eq!(backend.requests().len(), before);
}

/// What is said between two pages is for those that are asked for from then on, and a page under way stays as
/// it began.
#[tokio::test(start_paused = true)]
async fn what_is_set_late_holds_from_the_next_page_on() {
    let backend = Backend::new();
    let busy = || Reply::empty().status(503);
    let slow = |next| page(&[1], Some(next), None).delay(Duration::from_secs(6));
    script(&backend, "GET", "/list", vec![slow("a"), slow("b"), busy(), slow("c"), busy()]);
    let api = client(&backend, |builder| builder);
    let mut pages = list(&api, BY_CURSOR());
    pages.next().await.unwrap().unwrap();
    // Under way, with neither header nor timeout.
    tokio::time::timeout(Duration::from_secs(1), pages.next()).await.unwrap_err();
    let mut pages = pages.header("x-late", "1").timeout(Duration::from_secs(30)).retry(1);
    pages.next().await.unwrap().unwrap();
    pages.next().await.unwrap().unwrap();
    let mut pages = pages.retry(0);
    assert_eq!(pages.next().await.unwrap().unwrap_err().status().unwrap(), 503);
    let late = headers(&backend, "/list", "x-late");
    assert_eq!(late.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true, true, true]);

    // A header that is none ends the list, and not the page that is under way.
    script(&backend, "GET", "/list", vec![slow("a")]);
    let mut pages = list(&api, BY_CURSOR());
    tokio::time::timeout(Duration::from_secs(1), pages.next()).await.unwrap_err();
    let mut pages = pages.header("x late", "1");
    pages.next().await.unwrap().unwrap();
    assert!(matches!(pages.next().await, Some(Err(Error::InvalidRequest(_)))));
    assert!(pages.next().await.is_none());
}

/// A page that is given up on while it is under way is not asked for twice.
#[tokio::test(start_paused = true)]
async fn a_page_is_awaited_where_it_was_left() {
    let backend = Backend::new();
    script(&backend, "GET", "/list", vec![page(&[1], None, None).delay(Duration::from_secs(6))]);
    let api = client(&backend, |builder| builder);
    let mut pages = list(&api, BY_CURSOR());
    tokio::time::timeout(Duration::from_secs(1), pages.next()).await.unwrap_err();
    assert_eq!(pages.next().await.unwrap().unwrap().items, [1]);
    assert_eq!(backend.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_for_one_page() {
    static SEARCH: Endpoint = Endpoint::new("Api::search", "POST", "/search").idempotent("x-key");
    let backend = Backend::new();
    script(&backend, "POST", "/search", vec![page(&[1], Some("a"), None), page(&[2], None, None)]);
    let api = client(&backend, |builder| builder);
    let pages: Pages<Listed> = api.0.request(&SEARCH).pages(decoder!(Listed), BY_CURSOR());
    walked(&backend, pages).await;
    let keys = headers(&backend, "/search", "x-key");
    assert!(keys.len() == 2 && keys[0].is_some() && keys[0] != keys[1], "{keys:?}");
}

#[tokio::test]
async fn a_fake_gives_what_it_was_given() {
    let mut pages: Pages<Vec<u32>> =
        [Ok(vec![1]), Err(Closed::default().into()), Ok(vec![2])].into_iter().collect();
    assert_eq!(pages.next().await.unwrap().unwrap(), [1]);
    assert!(matches!(pages.next().await, Some(Err(Error::Closed(_)))));
    assert!(pages.next().await.is_none());
    static ALL: Endpoint = Endpoint::new("Tracker::all", "GET", "/all");
    let mut fake = Pages::<Vec<u32>>::unimplemented(&ALL).items();
    assert!(
        matches!(fake.next().await, Some(Err(error @ Error::Unimplemented(_))) if error.endpoint().is_some())
    );
    assert!(fake.next().await.is_none());
}
