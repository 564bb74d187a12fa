//! A token in the query: on the requests to the client's own origins alone, and in nothing that is kept or
//! shown.

use std::error::Error as StdError;

use sdk_runtime::client::ClientBuilder;
use sdk_runtime::http::HeaderMap;
use sdk_runtime::session::Grant;
use sdk_runtime::{Attach, Error, Pages, Refusal, Response, Result, ServiceTransport, Tokens, api_client};
use sdk_testkit::{Backend, Reply, Request};

/// In the query it is `s3cret%26%2B%20%25`.
const KEY: &str = "s3cret&+ %";
const SENT: &str = "key=s3cret%26%2B%20%25";

#[api_client]
trait Maps {
    #[get("/geocode?lang=de")]
    async fn geocode(&self, #[query] address: &str) -> Result<String>;

    #[get]
    async fn follow(&self, #[url] address: &str) -> Result<String>;

    #[get("/items", paginate = link)]
    fn items(&self) -> Pages<Vec<u32>>;

    #[get("/moved")]
    async fn moved(&self) -> Result<Response<String>>;

    #[get("/own", auth = none)]
    async fn own(&self, #[query] key: &str) -> Result<String>;

    #[get("/twice")]
    async fn twice(&self, #[query] key: &str) -> Result<String>;

    #[get("/twice")]
    async fn many(&self, #[queries] pairs: &[(&str, &str)]) -> Result<String>;

    #[delete("/session")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;
}

#[api_client]
trait Fixed {
    #[get("/tiles?k%65y=1")]
    async fn tiles(&self) -> Result<String>;
}

#[api_client(auth = none)]
trait FixedAndUnsigned {
    #[get("/tiles?key=1")]
    async fn tiles(&self) -> Result<String>;
}

fn builder(backend: &Backend) -> ClientBuilder<MapsClient> {
    MapsClient::builder("https://maps.example")
        .attach(Attach::query("key"))
        .transport(ServiceTransport::new(backend.clone()))
}

fn client(backend: &Backend) -> MapsClient {
    builder(backend).bearer(KEY).build().unwrap()
}

/// The address that arrived.
async fn echo(request: Request) -> Reply {
    Reply::text(format!("{}{}", request.host().unwrap_or_default(), request.target()))
}

#[tokio::test]
async fn i22_the_key_goes_to_the_origins_of_the_client_alone() -> Result<(), Box<dyn StdError>> {
    let backend = Backend::new().fallback(echo);
    let maps = builder(&backend).bearer(KEY).trusted_origin("https://tiles.example").build()?;
    let expected = format!("maps.example/geocode?lang=de&address=a%26b&{SENT}");
    assert_eq!(maps.geocode("a&b").await?, expected);
    let shown = maps.geocode("a&b").request()?;
    assert_eq!(shown.url().as_str(), "https://maps.example/geocode?lang=de&address=a%26b", "I27");

    for (address, expected) in [
        ("/x", format!("maps.example/x?{SENT}")),
        ("/x?key=old&a=%2F", format!("maps.example/x?a=%2F&{SENT}")),
        ("https://tiles.example/x", format!("tiles.example/x?{SENT}")),
        ("https://other.example/x?a=1", "other.example/x?a=1".to_owned()),
        ("https://other.example/x?key=theirs", "other.example/x?key=theirs".to_owned()),
        ("https://maps.example:444/x", "maps.example:444/x".to_owned()),
    ] {
        assert_eq!(maps.follow(address).await?, expected, "I22: {address}");
    }
    assert_eq!(maps.own("mine").await?, "maps.example/own?key=mine", "an unsigned endpoint sets its own");
    Ok(())
}

#[tokio::test]
async fn i22_a_redirect_carries_the_key_nowhere() -> Result<(), Box<dyn StdError>> {
    for (location, expected) in [
        ("/x", format!("maps.example/x?{SENT}")),
        // Servers that send what they were sent.
        (&*format!("/x?a=1&{SENT}"), format!("maps.example/x?a=1&{SENT}")),
        ("/x?key=of%20another%20time&a=1", format!("maps.example/x?a=1&{SENT}")),
        (&*format!("https://other.example/x?{SENT}&a=1"), "other.example/x?a=1".to_owned()),
        ("https://other.example/x?key=s3cret%26%2B+%25", "other.example/x".to_owned()),
        ("https://other.example/x?key=theirs&a=1", "other.example/x?key=theirs&a=1".to_owned()),
    ] {
        let backend = Backend::new().fallback(echo);
        backend.reply("GET", "/moved", Reply::redirect(location));
        assert_eq!(client(&backend).moved().await?.value(), &expected, "I22: {location}");
        let text = |request: &Request| format!("{:?} {}", request.headers(), request.target());
        let to_others = backend.requests().into_iter().filter(|it| it.host() == Some("other.example"));
        assert!(to_others.into_iter().all(|it| !text(&it).contains("s3cret")), "I22: {location}");
    }
    // Another origin chooses no key for a request to ours.
    let backend = Backend::new().fallback(echo);
    backend.reply("GET", "/moved", Reply::redirect("https://other.example/back"));
    backend.reply("GET", "/back", Reply::redirect("https://maps.example/x?key=theirs&a=1"));
    assert_eq!(client(&backend).moved().await?.value(), "maps.example/x?a=1", "I22");
    Ok(())
}

#[tokio::test]
async fn i27_the_links_of_an_answer_are_kept_without_the_key() -> Result<(), Box<dyn StdError>> {
    let backend = Backend::new().route("GET", "/items", |request| async move {
        let page = request.query_value("page").and_then(|page| page.parse::<u32>().ok()).unwrap_or(1);
        assert_eq!(request.query_pairs().iter().filter(|(name, _)| name == "key").count(), 1);
        let reply = Reply::json(&[page]);
        match page {
            1 => reply
                .header("link", format!("</items?{SENT}&page=2>; rel=\"next\", </items?{SENT}>; rel=first")),
            2 => reply.header("link", "<https://maps.example/items?page=3&key=older>; rel=next"),
            _ => reply,
        }
    });
    let mut pages = client(&backend).items();
    let mut read = Vec::new();
    while let Some(page) = pages.next().await {
        read.extend(page?);
    }
    assert_eq!(read, [1, 2, 3]);
    let sent: Vec<_> = backend.requests().iter().map(|it| it.target().to_owned()).collect();
    let expected = ["/items?", "/items?page=2&", "/items?page=3&"].map(|target| format!("{target}{SENT}"));
    assert_eq!(sent, expected);

    let link = format!("</a?{SENT}&b=1>; rel=next, </c?x=key%3D1&{SENT}>");
    let location = format!("https://maps.example/moved?a=1&{SENT}#top");
    let reply = Reply::text("").header("link", link).header("content-location", location);
    backend.reply("GET", "/moved", reply.header("x-key", "key=other"));
    let answer = client(&backend).moved().await?;
    let line = |headers: &HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(line(answer.headers(), "link"), "</a?b=1>; rel=next, </c?x=key%3D1>");
    assert_eq!(line(answer.headers(), "content-location"), "https://maps.example/moved?a=1#top");
    assert_eq!(line(answer.headers(), "x-key"), "key=other");
    Ok(())
}

#[tokio::test]
async fn i27_no_error_and_no_text_shows_the_key() -> Result<(), Box<dyn StdError>> {
    let answers: [fn() -> Reply; 6] = [
        || Reply::text("no").status(401),
        || Reply::text("no").status(403).header("location", format!("/login?{SENT}")),
        || Reply::redirect(&format!("http://maps.example/?{SENT}")),
        || Reply::redirect(&format!("ftp://maps.example/?{SENT}")),
        || Reply::redirect(&format!("/moved?{SENT}")),
        Reply::reset,
    ];
    for (at, answer) in answers.into_iter().enumerate() {
        let backend = Backend::new().fallback(move |_| std::future::ready(answer()));
        let maps = client(&backend);
        let errors = [maps.moved().await.err(), maps.geocode("x").await.err()];
        for error in errors.into_iter().flatten() {
            let headers = error.response().map(|answer| format!("{:?}", answer.headers()));
            let shown = format!("{error:?} {error} {} {headers:?} {maps:?}", error.report());
            assert!(!shown.contains("s3cret"), "I27: answer {at}: {shown}");
        }
        assert!(backend.last().unwrap().target().contains(SENT));
    }
    Ok(())
}

#[tokio::test]
async fn a_call_does_not_set_the_key_itself() -> Result<(), Box<dyn StdError>> {
    let backend = Backend::new().fallback(echo);
    let maps = client(&backend);
    for outcome in [maps.twice("mine").await, maps.many(&[("a", "1"), ("key", "mine")]).await] {
        let Err(Error::InvalidRequest(error)) = outcome else { panic!("it was sent") };
        assert_eq!((error.argument(), backend.requests().len()), ("key", 0));
        assert!(error.to_string().contains("`auth = none`"), "{error}");
    }
    assert!(maps.many(&[("keys", "1"), ("Key", "2")]).await.is_ok());
    let fixed = FixedClient::builder("https://a.example").attach(Attach::query("key")).bearer("k").build();
    let error = fixed.unwrap_err();
    assert_eq!(error.code(), "build.credential");
    assert!(error.to_string().contains("`Fixed::tiles`"), "{error}");
    let fixed = FixedClient::builder("https://a.example").attach(Attach::query("key")).build();
    assert_eq!(fixed.unwrap_err().code(), "build.credential", "without a key too");
    let unsigned = FixedAndUnsignedClient::builder("https://a.example").attach(Attach::query("key"));
    assert!(unsigned.build().is_ok());
    for (attach, name) in [(Attach::query(""), "Attach::query"), (Attach::query("key"), "key")] {
        let builder = MapsClient::builder("https://a.example").attach(attach).bearer(" ");
        let error = builder.build().unwrap_err();
        assert!(error.code() == "build.credential" && error.to_string().contains(name), "{error}");
    }
    let plaintext = MapsClient::builder("http://a.example").attach(Attach::query("key")).bearer("k").build();
    assert_eq!(plaintext.unwrap_err().code(), "build.insecure", "I22");
    Ok(())
}

#[tokio::test]
async fn a_key_that_is_rejected_is_refreshed_and_the_call_replayed() -> Result<(), Box<dyn StdError>> {
    let backend = Backend::new().fallback(|request| async move {
        match request.query_value("key").as_deref() {
            Some("k2") => echo(request).await,
            _ => Reply::empty().status(401),
        }
    });
    let source = |_: Grant| async { Ok::<_, Refusal>(Tokens::new("k2")) };
    let maps = builder(&backend).refresh_with(source).build()?;
    maps.session().sign_in(Tokens::new("k1"))?;
    assert_eq!(maps.geocode("x").await?, "maps.example/geocode?lang=de&address=x&key=k2");
    let sent: Vec<_> = backend.requests().iter().map(|it| it.query_value("key")).collect();
    assert_eq!(sent, [Some("k1".to_owned()), Some("k2".to_owned())]);
    maps.logout().await?;
    assert_eq!(backend.last().unwrap().target(), "/session?key=k2", "the login that ends signs");
    assert!(maps.session().sign_in(Tokens::cookies()).is_err());
    Ok(())
}

#[tokio::test]
async fn a_layer_puts_the_key_on_the_requests_of_another_client()
-> Result<(), Box<dyn StdError + Send + Sync>> {
    use bytes::Bytes;
    use http_body_util::Full;
    use tower::{Layer, ServiceExt};

    let backend = Backend::new().fallback(echo);
    let maps = client(&backend);
    let signing = maps.session().layer(["https://maps.example"])?.layer(backend.clone());
    for (uri, expected) in [
        ("/x?a=1", format!("/x?a=1&{SENT}")),
        ("https://maps.example/x", format!("/x?{SENT}")),
        ("https://maps.example/x?key=own", "/x?key=own".to_owned()),
        ("https://other.example/x", "/x".to_owned()),
    ] {
        let request = sdk_runtime::http::Request::get(uri).body(Full::<Bytes>::default())?;
        signing.clone().oneshot(request).await?;
        assert_eq!(backend.last().unwrap().target(), expected, "I22: {uri}");
    }
    Ok(())
}
