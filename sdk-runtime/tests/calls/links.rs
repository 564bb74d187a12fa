//! Links from page to page where redirects have a part in it: what they are relative to, and whether they are
//! followed.

use sdk_runtime::__private::{Auth, Endpoint, Paginate};
use sdk_runtime::Pages;
use sdk_testkit::{Backend, Reply};

use crate::pages::{Listed, linked, list, walked};
use crate::support::{Api, client, decoder, headers, script};

static AT: Endpoint = Endpoint::new("Api::at", "GET", "").auth(Auth::Optional);

/// The pages from an address on.
fn at(api: &Api, address: &str) -> Pages<Listed> {
    let mut request = api.0.request(&AT);
    sdk_runtime::__private::arg(&address).address(&mut request, "address");
    request.pages(decoder!(Listed), Paginate::Link)
}

/// Who is behind a redirect to elsewhere may not say what is sent here.
#[tokio::test(start_paused = true)]
async fn a_redirect_target_may_redirect_further() {
    const HERE: &str = "http://localhost/list";
    for (case, first, redirects, link, follows) in [
        ("at once", HERE, vec![], "<next>; rel=next", Some("http://localhost/next")),
        ("redirected here", HERE, vec!["/v2/list"], "<next>; rel=next", Some("http://localhost/v2/next")),
        (
            "to whom is trusted",
            HERE,
            vec!["http://127.0.0.1/t/list"],
            "<next>; rel=next",
            Some("http://127.0.0.1/t/next"),
        ),
        (
            "from there",
            HERE,
            vec!["http://127.0.0.1/x"],
            "<http://localhost/2>; rel=next",
            Some("http://localhost/2"),
        ),
        ("elsewhere", "http://a.example/1", vec![], "<next>; rel=next", Some("http://a.example/next")),
        (
            "redirected there",
            "http://a.example/1",
            vec!["/b/1"],
            "<2>; rel=next",
            Some("http://a.example/b/2"),
        ),
        ("a stranger", HERE, vec!["http://a.example/1"], "<http://localhost/transfer>; rel=next", None),
        ("a stranger's own", HERE, vec!["http://a.example/1"], "<2>; rel=next", None),
        (
            "by way of a stranger",
            HERE,
            vec!["http://a.example/1", "http://localhost/1"],
            "<2>; rel=next",
            None,
        ),
        ("from elsewhere to here", "http://a.example/1", vec!["http://localhost/1"], "<2>; rel=next", None),
        (
            "from elsewhere to elsewhere",
            "http://a.example/1",
            vec!["http://b.example/1"],
            "<2>; rel=next",
            None,
        ),
    ] {
        let backend = Backend::new();
        let mut replies: Vec<Reply> = redirects.iter().map(|to| Reply::redirect(to)).collect();
        replies.extend([linked(&[1], link), linked(&[2], "<?>; rel=last")]);
        script(&backend, "GET", "/{*path}", replies);
        let api = client(&backend, |builder| builder.trusted_origin("http://127.0.0.1"));
        let (items, asked, wrong) = walked(&backend, at(&api, first)).await;
        let asked = asked.get(redirects.len() + 1).map(|last| match last.strip_prefix('/') {
            Some(path) => format!("http://localhost/{path}"),
            None => last.clone(),
        });
        assert_eq!(asked.as_deref(), follows, "{case}");
        match follows {
            Some(_) => assert_eq!((items.as_slice(), wrong), (&[1, 2][..], None), "{case}"),
            None => assert!(wrong.is_some_and(|wrong| wrong.contains("another origin")), "{case}"),
        }
    }
}

/// A link is relative to the address that the page came from, also after redirects.
#[tokio::test(start_paused = true)]
async fn a_replay_does_not_forget_where_a_redirect_led() {
    let backend = Backend::new().reply("POST", "/refresh", Reply::text("new")).reply(
        "GET",
        "/list",
        Reply::redirect("/v2/deep/list").status(307),
    );
    let replies = vec![Reply::empty().status(401), linked(&[1], "<list?page=2>; rel=next"), linked(&[2], "")];
    script(&backend, "GET", "/v2/deep/list", replies);
    let api = client(&backend, |builder| builder);
    let (items, asked, wrong) = walked(&backend, list(&api, Paginate::Link)).await;
    assert_eq!((items.as_slice(), wrong), (&[1, 2][..], None));
    assert_eq!(asked.last().map(String::as_str), Some("/v2/deep/list?page=2"));
    assert_eq!(headers(&backend, "/v2/deep/list", "authorization")[2].as_deref(), Some("Bearer new"));
}

/// A page that another address was redirected to was asked for as well, and so was that address.
#[tokio::test(start_paused = true)]
async fn a_link_to_either_end_of_a_redirect_leads_back() {
    for (link, requests) in [
        ("</v2/list>; rel=next", 2),
        ("</v2/list#on>; rel=next", 2),
        ("</list>; rel=next", 2),
        ("</list#on>; rel=next", 2),
        ("<http://LOCALHOST:80/list>; rel=next", 2),
        // A further page, and from there back to it, or to the first one.
        ("</list?2>; rel=next", 4),
    ] {
        for back in
            ["</list?2>; rel=next", "</v2/list?2>; rel=next", "</list>; rel=next", "</v2/list>; rel=next"]
        {
            let backend = Backend::new();
            backend.route("GET", "/list", |request| async move {
                Reply::redirect(&format!("/v2{}", request.target()))
            });
            script(&backend, "GET", "/v2/list", vec![linked(&[1], link), linked(&[2], back)]);
            let api = client(&backend, |builder| builder);
            let (_, asked, wrong) = walked(&backend, at(&api, "http://localhost/list")).await;
            assert_eq!(asked.len(), requests, "{link}, {back}: {asked:?}");
            assert!(wrong.is_some_and(|wrong| wrong.contains("asked for before")), "{link}, {back}");
        }
    }
}
