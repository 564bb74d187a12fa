//! Redirects: what the next request is, and where the chain ends.

use sdk_runtime::{
    Call, Error, Head, Refusal, Response, Result, TokenResponse, Tokens, api_client, client::Redirects,
    error::TransportErrorKind,
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

use crate::wire::{accepting, memory, raw};

#[api_client(auth = none, timeout = none)]
trait Moved {
    #[get("/from?q=1")]
    async fn get(&self) -> Result<()>;
    #[head("/from")]
    async fn head(&self) -> Result<()>;
    #[post("/from", headers("content-language" = "de", "x-own" = "1"))]
    async fn post(&self, #[json] body: u8) -> Result<()>;
    #[put("/from")]
    async fn put(&self, #[json] body: u8) -> Result<()>;
    #[delete("/from")]
    async fn delete(&self) -> Result<()>;
    #[endpoint("REPORT", "/from")]
    async fn report(&self, #[json] body: u8) -> Result<()>;
    #[get("/a/b/{c}")]
    async fn deep(&self, c: u8) -> Result<Response<()>>;
}

/// A backend that redirects `/from`, and a client of it.
fn redirecting(status: u16, location: &str) -> (Backend, MovedClient) {
    let backend = accepting();
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "REPORT"] {
        backend.reply(method, "/from", Reply::redirect(location).status(status));
    }
    let client = MovedClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    (backend, client)
}

#[tokio::test]
async fn method_and_body_follow_the_status() {
    const JSON: &str = "content-type: application/json\n";
    const OWN: &str = "x-own: 1\n";
    type Make = fn(&MovedClient) -> Call<()>;
    let get: Make = |client| client.get();
    let head: Make = |client| client.head();
    let post: Make = |client| client.post(1);
    let put: Make = |client| client.put(1);
    let delete: Make = |client| client.delete();
    let report: Make = |client| client.report(1);
    let (as_get, as_head) = ("GET /to\n\n".to_owned(), "HEAD /to\n\n".to_owned());
    let posted = format!("POST /to\ncontent-language: de\n{JSON}{OWN}\n1");
    let post_as_get = format!("GET /to\n{OWN}\n");
    let (as_put, as_delete) = (format!("PUT /to\n{JSON}\n1"), "DELETE /to\n\n".to_owned());
    let as_report = format!("REPORT /to\n{JSON}\n1");
    for (statuses, call, next) in [
        (&[301, 302, 303, 307, 308][..], get, &as_get),
        (&[301, 302, 303, 307, 308], head, &as_head),
        (&[301, 302, 303], post, &post_as_get),
        (&[307, 308], post, &posted),
        (&[301, 302, 307, 308], put, &as_put),
        (&[303], put, &as_get),
        (&[301, 302, 307, 308], delete, &as_delete),
        (&[303], delete, &as_get),
        (&[301, 302, 307, 308], report, &as_report),
        (&[303], report, &as_get),
    ] {
        for &status in statuses {
            let (backend, client) = redirecting(status, "/to");
            call(&client).await.unwrap();
            assert_eq!(backend.requests().len(), 2);
            assert_eq!(&raw(&backend.last().unwrap()), next, "{status}");
        }
    }
}

#[tokio::test]
async fn a_location_is_read_from_where_it_was_sent() {
    for (location, target) in [
        ("/x", "/x"),
        ("x", "/a/b/x"),
        ("../x", "/a/x"),
        ("../../../x", "/x"),
        ("?p=2", "/a/b/1?p=2"),
        ("//localhost/x", "/x"),
        ("http://localhost/x?y#z", "/x?y"),
        ("HTTP://LOCALHOST:80/x", "/x"),
        ("/x#fragment", "/x"),
        ("./x/../y", "/a/b/y"),
    ] {
        let backend = accepting().reply("GET", "/a/b/1", Reply::redirect(location));
        // The query makes it another request than the one that is redirected.
        let again = backend.clone();
        let backend = if location.starts_with('?') {
            again.route("GET", "/a/b/1", |request| async move {
                if request.query().is_some() { Reply::empty() } else { Reply::redirect("?p=2") }
            })
        } else {
            again
        };
        let client = MovedClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
        let last = client.deep(1).await.unwrap();
        assert_eq!(last.status(), 204, "the last answer counts");
        let request = backend.last().unwrap();
        assert_eq!((request.target(), request.host()), (target, Some("localhost")), "{location}");
    }
}

#[tokio::test]
async fn circles_end() {
    for location in ["/from", "", "/from?q=2", "//localhost/from"] {
        let (backend, client) = redirecting(302, location);
        let error = client.get().await.unwrap_err();
        let Error::Transport(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind(), TransportErrorKind::Redirect);
        assert_eq!(backend.requests().len(), 11, "the request and ten redirects");
    }
}

#[tokio::test]
async fn ten_redirects_are_not_too_many() {
    let backend = accepting();
    for step in 0..9 {
        backend.reply("GET", &format!("/{step}"), Reply::redirect(&format!("/{}", step + 1)));
    }
    backend.reply("GET", "/from", Reply::redirect("/0"));
    let client = MovedClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    client.get().await.unwrap();
    assert_eq!(backend.last().unwrap().path(), "/9");
}

#[tokio::test]
async fn an_address_that_is_none_is_an_error_of_its_own() {
    for location in [
        "http://",
        "ftp://localhost/x",
        "file:///etc/passwd",
        "javascript:0",
        "mailto:a@b.test",
        "http://a b/",
    ] {
        let (backend, client) = redirecting(307, location);
        let error = client.post(1).await.unwrap_err();
        assert!(
            matches!(&error, Error::Transport(error) if error.kind() == TransportErrorKind::Redirect),
            "{location}: {error:?}"
        );
        assert_eq!(backend.requests().len(), 1, "{location}");
    }
}

#[tokio::test]
async fn what_is_no_redirect_is_the_answer() {
    for status in [300, 304, 305, 306] {
        let (backend, client) = redirecting(status, "/to");
        assert_eq!(client.get().await.unwrap_err().status().unwrap().as_u16(), status);
        assert_eq!(backend.requests().len(), 1);
    }
    let backend = accepting().reply("GET", "/from", Reply::empty().status(302));
    let client = MovedClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    assert_eq!(client.get().await.unwrap_err().status().unwrap().as_u16(), 302, "no Location");
}

#[tokio::test]
async fn requests_of_the_session_are_not_redirected() {
    #[derive(Deserialize, Debug)]
    struct Answer {}

    impl TokenResponse for Answer {
        fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
            Ok(Tokens::new("new"))
        }
    }

    #[api_client]
    trait Login {
        #[post("/login")]
        #[session(start)]
        async fn login(&self, #[json] password: &str) -> Result<Answer>;
        #[post("/refresh")]
        #[session(refresh)]
        async fn refresh(&self) -> Result<Answer>;
        #[post("/logout")]
        #[session(end)]
        async fn logout(&self) -> Result<()>;
        #[get("/x")]
        async fn x(&self) -> Result<()>;
    }

    for location in ["/other", "https://evil.test/"] {
        let backend = accepting().reply("GET", "/x", Reply::empty().status(401));
        for path in ["/login", "/refresh", "/logout"] {
            backend.reply("POST", path, Reply::redirect(location).status(307));
        }
        let client = LoginClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
        assert_eq!(client.login("p").await.unwrap_err().status().unwrap().as_u16(), 307);
        assert!(!client.session().state().is_signed_in());
        client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
        assert!(matches!(client.x().await, Err(Error::RefreshUnavailable(_))));
        assert!(client.session().state().is_signed_in(), "a redirect is no definitive answer");
        assert_eq!(client.logout().await.unwrap_err().status().unwrap().as_u16(), 307);
        assert!(!client.session().state().is_signed_in(), "signed out here all the same");
        let seen: Vec<_> = backend.requests().iter().map(|request| request.path().to_owned()).collect();
        assert_eq!(seen, ["/login", "/x", "/refresh", "/logout"]);
    }
}

/// What was asked for over TLS, with or without a body, a credential or an answer worth anything, is not
/// asked for in the clear.
#[tokio::test]
async fn i22_a_redirect_does_not_leave_tls() {
    for (location, may) in [
        ("http://own.test/to", false),
        ("http://other.test/to", false),
        ("http://10.0.0.1/to", false),
        ("http://x.localhost/to", false),
        ("http://localhost./to", false),
        ("http://localhost.evil.test/to", false),
        ("http://[::ffff:127.0.0.1]/to", false),
        ("http://[::2]/to", false),
        ("http://localhost/to", true),
        ("http://LOCALHOST:81/to", true),
        ("http://127.0.0.2/to", true),
        ("http://2130706433/to", true), // 127.0.0.1, as a browser reads it
        ("http://[::1]/to", true),
        ("https://other.test/to", true),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let backend = accepting();
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "REPORT"] {
                backend.reply(method, "/from", Reply::redirect(location).status(status));
            }
            let client =
                MovedClient::builder("https://own.test").transport(memory(&backend)).build().unwrap();
            for call in [
                client.get(),
                client.head(),
                client.post(1),
                client.put(1),
                client.delete(),
                client.get().header("authorization", "Basic s3cret"),
            ] {
                let before = backend.requests().len();
                let outcome = call.await;
                assert_eq!(outcome.is_ok(), may, "{location} {status}: {outcome:?}");
                assert_eq!(backend.requests().len() - before, if may { 2 } else { 1 }, "{location} {status}");
                let Err(error) = outcome else { continue };
                let text = chain(&error);
                let Error::Transport(error) = error else { panic!("{location}: {error:?}") };
                assert_eq!(error.kind(), TransportErrorKind::Redirect, "{location}");
                assert!(text.contains("https") && text.contains("in the clear"), "{text}");
                assert!(!text.contains("/to"), "{text}");
            }
        }
    }
}

/// By a detour over this machine either.
#[tokio::test]
async fn i22_a_redirect_does_not_leave_tls_by_a_detour() {
    let backend = accepting().reply("GET", "/from", Reply::redirect("http://localhost/on")).reply(
        "GET",
        "/on",
        Reply::redirect("http://other.test/to"),
    );
    let client = MovedClient::builder("https://own.test").transport(memory(&backend)).build().unwrap();
    let error = client.get().await.unwrap_err();
    assert!(matches!(&error, Error::Transport(error) if error.kind() == TransportErrorKind::Redirect));
    assert_eq!(backend.requests().len(), 2);
}

/// An error and what is behind it, as programs show it.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(&format!(": {error}"));
        next = error.source();
    }
    text
}

#[tokio::test]
async fn a_redirect_that_the_client_does_not_follow_is_the_answer() {
    for (redirects, location, follows) in [
        (Redirects::None, "/to", false),
        (Redirects::UpTo(0), "/to", true),
        (Redirects::SameOrigin, "/to", true),
        (Redirects::SameOrigin, "http://localhost:81/to", false),
        (Redirects::SameOrigin, "https://localhost/to", false),
        (Redirects::UpTo(1), "http://localhost:81/to", true),
    ] {
        let backend = accepting();
        backend.reply("GET", "/from", Reply::redirect(location).status(302));
        let builder = MovedClient::builder("http://localhost").transport(memory(&backend));
        let outcome = builder.redirects(redirects).build().unwrap().get().await;
        match (redirects, follows) {
            (Redirects::UpTo(0), _) => {
                assert!(matches!(outcome, Err(Error::Transport(_))), "{outcome:?}");
            }
            (_, true) => outcome.unwrap(),
            (_, false) => {
                let Err(Error::Status(answer)) = outcome else { panic!("{redirects:?}: {outcome:?}") };
                assert_eq!(answer.status(), 302);
                assert_eq!(answer.headers()["location"], location);
            }
        }
        let sent = if follows && redirects != Redirects::UpTo(0) { 2 } else { 1 };
        assert_eq!(backend.requests().len(), sent, "{redirects:?} {location}");
    }
}
