//! Redirects: relative and absolute ones, chains, methods, other origins.

use sdk_runtime::Error;
use sdk_runtime::client::Redirects;
use sdk_runtime::error::TransportErrorKind;
use serde_json::json;

use crate::api::{HttpbinClient, NOTE, client, served};

#[tokio::test]
#[ignore = "needs python3"]
async fn chains_are_followed_up_to_their_limit() {
    let client = client();
    for kind in ["redirect", "relative-redirect", "absolute-redirect"] {
        for times in [1, 3, 10] {
            let echo = client.redirected(kind, times).await.unwrap();
            assert_eq!(echo.url, format!("{}/get", served().url()), "{kind} {times}");
        }
        let error = client.redirected(kind, 11).await.unwrap_err();
        let Error::Transport(error) = &error else { panic!("{kind}: {error:?}") };
        assert_eq!(error.kind(), TransportErrorKind::Redirect, "{kind}");
    }
    let fewer = HttpbinClient::builder(served().url()).redirects(Redirects::UpTo(2)).build().unwrap();
    assert!(fewer.redirected("redirect", 2).await.is_ok());
    assert!(matches!(fewer.redirected("redirect", 3).await, Err(Error::Transport(_))));
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_method_and_its_body_change_as_http_says() {
    let client = client();
    let sent = json!({ "title": NOTE.title, "tags": [] });
    for (status, of_post, of_put) in [
        (301, "GET", "PUT"),
        (302, "GET", "PUT"),
        (303, "GET", "GET"),
        (307, "POST", "PUT"),
        (308, "POST", "PUT"),
    ] {
        for (method, echo) in [
            (of_post, client.post_to("/anything/there", status, &NOTE).await.unwrap()),
            (of_put, client.put_to("/anything/there", status, &NOTE).await.unwrap()),
            ("GET", client.get_to("/anything/there", status).await.unwrap()),
        ] {
            assert_eq!(echo.method, method, "{status}");
            let is_sent = method != "GET";
            assert_eq!(echo.json, if is_sent { sent.clone() } else { json!(null) }, "{status} {method}");
            assert_eq!(echo.headers.contains_key("Content-Type"), is_sent, "{status} {method}");
        }
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn targets_of_every_form_are_understood() {
    let client = client();
    let url = served().url();
    for (target, arrived) in [
        ("anything/relative", "/anything/relative"),
        ("./anything/dot", "/anything/dot"),
        ("/a/../anything/dots", "/anything/dots"),
        ("?url=/anything/query", "/anything/query"),
        ("/anything/it?a=b%26c&d", "/anything/it?a=b%26c&d"),
        ("/anything/it#part", "/anything/it"),
        (&format!("{url}/anything/absolute"), "/anything/absolute"),
        (&format!("{}/anything/host", url.strip_prefix("http:").unwrap()), "/anything/host"),
        ("/anything/a b", "/anything/a%20b"),
        ("/anything/é", "/anything/é"),
    ] {
        let echo = client.get_to(target, 302).await.unwrap_or_else(|error| panic!("{target}: {error:#}"));
        assert_eq!(echo.url, format!("{url}{arrived}"), "{target}");
    }
    for target in ["ftp://localhost/", "javascript:alert(1)", "http://"] {
        let error = client.get_to(target, 302).await.unwrap_err();
        let Error::Transport(error) = &error else { panic!("{target}: {error:?}") };
        assert_eq!(error.kind(), TransportErrorKind::Redirect, "{target}");
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn another_origin_gets_no_header_of_this_one() {
    let other = format!("{}/anything", served().other_url());
    let echo = client().get_to(&other, 302).header("x-trace", "1").await.unwrap();
    assert_eq!(echo.url, other);
    assert!(
        !echo.headers.contains_key("X-Api-Key") && !echo.headers.contains_key("X-Trace"),
        "{:?}",
        echo.headers
    );
    let echo = client().get_to("/anything", 302).header("x-trace", "1").await.unwrap();
    assert_eq!((&*echo.headers["X-Api-Key"], &*echo.headers["X-Trace"]), ("secret", "1"));
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_client_can_follow_none() {
    let client = HttpbinClient::builder(served().url()).redirects(Redirects::None).build().unwrap();
    let Err(Error::Status(answer)) = client.redirected("redirect", 2).await else { panic!() };
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["location"].as_bytes()),
        (302, &b"/relative-redirect/1"[..])
    );
    let client = HttpbinClient::builder(served().url()).redirects(Redirects::SameOrigin).build().unwrap();
    assert!(client.redirected("redirect", 2).await.is_ok());
    let other = format!("{}/anything", served().other_url());
    assert!(matches!(client.get_to(&other, 302).await, Err(Error::Status(_))));
}
