//! A cookie of the login in a header: the token against forged requests, as the jar has it at each send.

use std::error::Error as StdError;

use sdk_runtime::client::ClientBuilder;
use sdk_runtime::store::MemoryStore;
use sdk_runtime::{Attach, Error, Result, ServiceTransport, TokenResponse, Tokens, api_client};
use sdk_testkit::{Backend, Reply, Request};
use serde::Deserialize;

#[derive(Debug, Deserialize, TokenResponse)]
#[token(cookies)]
struct SignedIn;

#[api_client]
trait Forum {
    #[get("/csrf", auth = cookies)]
    async fn csrf(&self) -> Result<()>;

    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<SignedIn>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<SignedIn>;

    #[post("/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    #[get("/posts")]
    async fn posts(&self) -> Result<String>;

    #[post("/posts")]
    async fn post(&self) -> Result<String>;

    #[put("/posts")]
    async fn put(&self) -> Result<String>;

    #[patch("/posts")]
    async fn patch(&self) -> Result<String>;

    #[delete("/posts")]
    async fn delete(&self) -> Result<String>;

    #[endpoint("REPORT", "/posts")]
    async fn report(&self) -> Result<String>;

    #[post("/posts", auth = cookies)]
    async fn with_cookies(&self) -> Result<String>;

    #[post("/posts", auth = none)]
    async fn unsigned(&self, #[header("x-csrftoken")] own: Option<&str>) -> Result<String>;

    #[post("/posts")]
    async fn by_hand(&self, #[header("x-csrftoken")] own: &str) -> Result<String>;

    #[post]
    async fn follow(&self, #[url] address: &str) -> Result<String>;
}

/// Answers with the header and the cookie that arrived. The cookie is `c1`, and `c2` after a refresh.
fn server() -> Backend {
    let echo = |request: Request| async move {
        let csrf = request.header("x-csrftoken").unwrap_or("none").to_owned();
        match request.cookie("sid") {
            Some("old") => Reply::empty().status(401),
            _ => Reply::text(format!("{csrf} {}", request.cookie("csrftoken").unwrap_or("none"))),
        }
    };
    let is_own =
        |it: &Request| it.header("x-csrftoken").is_some_and(|csrf| it.cookie("csrftoken") == Some(csrf));
    let backend = Backend::new().fallback(echo);
    backend.reply("GET", "/csrf", Reply::empty().header("set-cookie", "csrftoken=c1; Path=/"));
    backend.route("POST", "/login", move |request| async move {
        match is_own(&request) {
            true => Reply::empty().header("set-cookie", "sid=old; Path=/; HttpOnly"),
            false => Reply::empty().status(403),
        }
    });
    backend.route("POST", "/refresh", move |request| async move {
        match is_own(&request) {
            true => Reply::empty()
                .header("set-cookie", "sid=new; Path=/; HttpOnly")
                .append_header("set-cookie", "csrftoken=c2; Path=/"),
            false => Reply::empty().status(400),
        }
    });
    backend
}

fn builder(backend: &Backend) -> ClientBuilder<ForumClient> {
    ForumClient::builder("https://forum.example")
        .attach(Attach::cookies().csrf("csrftoken", "X-CSRFToken"))
        .transport(ServiceTransport::new(backend.clone()))
}

#[tokio::test]
async fn the_cookie_is_in_the_header_as_it_is_at_each_send() -> Result<(), Box<dyn StdError>> {
    let backend = server();
    let forum = builder(&backend).build()?;
    assert!(matches!(forum.login().await, Err(Error::Status(answer)) if answer.status() == 403));
    assert_eq!(forum.session().cookie("csrftoken"), None);
    forum.csrf().await?;
    assert_eq!(forum.session().cookie("csrftoken").as_deref(), Some("c1"));
    forum.login().await?;
    assert_eq!(forum.session().cookie("sid").as_deref(), Some("old"), "`HttpOnly` is for scripts of a page");

    // The first call is rejected, and replayed with the cookies of the refresh.
    assert_eq!(forum.post().await?, "c2 c2");
    let posts: Vec<_> = backend.requests().into_iter().filter(|it| it.path() == "/posts").collect();
    let csrf: Vec<_> = posts.iter().map(|it| it.header("x-csrftoken")).collect();
    assert_eq!(csrf, [Some("c1"), Some("c2")], "I20: a replay has the credentials of the new login");
    for sent in [forum.put().await?, forum.patch().await?, forum.delete().await?, forum.report().await?] {
        assert_eq!(sent, "c2 c2");
    }
    assert_eq!(forum.posts().await?, "none c2", "a safe method has no header");
    assert_eq!(forum.with_cookies().await?, "c2 c2");
    assert_eq!(forum.unsigned(None).await?, "none none");
    assert_eq!(forum.unsigned(Some("own")).await?, "own none");
    forum.logout().await?;
    assert_eq!(backend.last().unwrap().header("x-csrftoken"), Some("c2"));
    assert_eq!(forum.session().cookie("csrftoken"), None, "the next login has a jar of its own");
    Ok(())
}

#[tokio::test]
async fn i22_the_header_goes_where_its_cookie_goes() -> Result<(), Box<dyn StdError>> {
    let backend = server();
    let forum = builder(&backend).trusted_origin("https://cdn.example").build()?;
    forum.csrf().await?;
    forum.login().await?;
    forum.session().refresh().await?;
    for (address, expected) in [
        ("/deep/in", "c2 c2"),
        ("https://forum.example/x", "c2 c2"),
        ("https://cdn.example/x", "none none"),
        ("https://other.example/x", "none none"),
    ] {
        assert_eq!(forum.follow(address).await?, expected, "I22: {address}");
    }
    let with_a_token = ForumClient::builder("https://forum.example")
        .attach(Attach::bearer().csrf("csrftoken", "x-csrftoken"))
        .trusted_origin("https://cdn.example")
        .transport(ServiceTransport::new(backend.clone()))
        .build()?;
    with_a_token.session().sign_in(Tokens::new("a1"))?;
    with_a_token.csrf().await?;
    assert_eq!(with_a_token.follow("/x").await?, "c1 c1");
    assert_eq!(with_a_token.follow("https://cdn.example/x").await?, "none none", "I22");
    assert_eq!(backend.last().unwrap().bearer(), Some("a1"));
    backend.route("POST", "/posts", |_| async { Reply::redirect("https://other.example/x").status(307) });
    assert_eq!(forum.post().await?, "none none", "I22: a redirect to another origin");
    backend.route("POST", "/posts", |_| async { Reply::redirect("/x").status(307) });
    assert_eq!(forum.post().await?, "c2 c2");
    backend.route("POST", "/posts", |_| async { Reply::redirect("/x").status(303) });
    assert_eq!(forum.post().await?, "none c2", "a `GET` follows");
    Ok(())
}

#[tokio::test]
async fn what_is_encoded_in_the_cookie_is_decoded() -> Result<(), Box<dyn StdError>> {
    for (cookie, header) in [
        ("eyJpdiI6Ik%3D%3D", "eyJpdiI6Ik=="),
        ("a%2Bb+c", "a+b+c"),
        ("100%", "100%"),
        ("a%zz", "a%zz"),
        ("a%0d%0ab", "a%0d%0ab"),
        ("\"q\"", "\"q\""),
        ("", "none"),
    ] {
        let backend = server();
        backend.reply("GET", "/csrf", Reply::empty().header("set-cookie", format!("csrftoken={cookie}")));
        let forum = builder(&backend).build()?;
        forum.csrf().await?;
        let _ = forum.login().await;
        let found = backend.last().unwrap().header("x-csrftoken").unwrap_or("none").to_owned();
        assert_eq!(found, header, "{cookie}");
        let written = forum.session().cookie("csrftoken");
        assert_eq!(written.as_deref().unwrap_or_default(), cookie, "it is told as it was written");
    }
    Ok(())
}

#[tokio::test]
async fn the_header_is_the_sessions_to_set() -> Result<(), Box<dyn StdError>> {
    let backend = server();
    let forum = builder(&backend).build()?;
    forum.csrf().await?;
    forum.login().await?;
    let Err(Error::InvalidRequest(error)) = forum.by_hand("c1").await else { panic!("it was sent") };
    assert!(error.argument() == "x-csrftoken" && error.to_string().contains("`.csrf(…)`"), "{error}");
    let login = forum.login().header("x-csrftoken", "c1").await;
    assert!(matches!(login, Err(Error::InvalidRequest(_))), "{login:?}");
    for (attach, header, word) in [
        (Attach::cookies().csrf("", "x-csrftoken"), None, "name of a cookie"),
        (Attach::cookies().csrf("csrftoken", "cookie"), None, "name of a cookie"),
        (Attach::cookies().csrf("csrftoken", "x y"), None, "is not a header name"),
        (Attach::bearer().csrf("csrftoken", "Authorization"), None, "would hold the token"),
        (Attach::cookies().csrf("csrftoken", "x-csrftoken"), Some("x-csrftoken"), "keep one of both"),
    ] {
        let builder = ForumClient::builder("https://forum.example").attach(attach);
        let builder = header.into_iter().fold(builder, |builder, name| builder.header(name, "v"));
        let error = builder.build().unwrap_err();
        assert!(error.code() == "build.credential" && error.to_string().contains(word), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_in_a_header_may_have_a_cookie_too() -> Result<(), Box<dyn StdError>> {
    let backend = server();
    let attach = Attach::bearer().csrf("csrftoken", "x-csrftoken");
    let forum = ForumClient::builder("https://forum.example").attach(attach);
    let forum = forum.transport(ServiceTransport::new(backend.clone())).build()?;
    forum.session().sign_in(Tokens::new("a1"))?;
    assert_eq!(forum.post().await?, "none none");
    forum.csrf().await?;
    assert_eq!(forum.post().await?, "c1 c1");
    assert_eq!(backend.last().unwrap().bearer(), Some("a1"));
    Ok(())
}

#[tokio::test]
async fn a_stored_login_has_its_cookie() -> Result<(), Box<dyn StdError>> {
    let (backend, store) = (server(), MemoryStore::new());
    let first = builder(&backend).store(store.clone()).build()?;
    first.csrf().await?;
    first.login().await?;
    first.session().refresh().await?;
    first.session().flush().await?;
    let again = builder(&backend).store(store).build()?;
    assert_eq!(again.session().cookie("csrftoken"), None, "the store is not read yet");
    assert_eq!(again.post().await?, "c2 c2");
    assert_eq!(again.session().cookie("csrftoken").as_deref(), Some("c2"));
    let shown = format!("{:?} {:?}", again.session(), again.post().request()?);
    assert!(!shown.contains("c2"), "I27: {shown}");
    Ok(())
}
