//! `docs/cookbook/cookies.md`.

use sdk_runtime::{Result, TokenResponse, api_client};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
pub struct Login<'a> {
    pub username: &'a str,
    pub password: &'a str,
}

/// The cookies that the answer sets are the tokens of the login, and the number names its user.
#[derive(Debug, PartialEq, Deserialize, TokenResponse)]
#[token(cookies)]
pub struct User {
    #[token(subject)]
    pub id: u64,
}

#[api_client]
pub trait Forum {
    /// Sets the cookie `csrf`. It also works before a user is signed in.
    #[get("/csrf", auth = cookies)]
    async fn csrf(&self) -> Result<()>;

    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] login: &Login<'_>) -> Result<User>;

    #[post("/posts")]
    async fn post(&self, #[json] text: &str) -> Result<()>;

    #[get("/me")]
    async fn me(&self) -> Result<User>;

    #[post("/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;
}

use std::error::Error as StdError;

use sdk_runtime::{Error, ErrorResponse, ServiceTransport, Tokens, oauth};
use sdk_testkit::{Backend, Reply, Request};
use serde_json::json;

use sdk_runtime::{Attach, error::BuildError};

fn forum(base: &str) -> Result<ForumClient, BuildError> {
    ForumClient::builder(base).attach(Attach::cookies().csrf("csrf", "x-csrf-token")).build()
}

fn forum_with_403(base: &str) -> Result<ForumClient, BuildError> {
    let builder = ForumClient::builder(base).attach(Attach::cookies().csrf("csrf", "x-csrf-token"));
    builder.token_bad(|answer| answer.status() == 401 || answer.text().contains("not signed in")).build()
}

#[derive(Deserialize, TokenResponse)]
#[token(cookies)]
pub struct SignedIn;

#[api_client]
trait Site {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<SignedIn>;

    #[get("/me")]
    async fn me(&self) -> Result<User>;
}

fn server() -> Backend {
    let backend = Backend::new();
    let is_own = |it: &Request| it.cookie("csrf") == Some("c1") && it.header("x-csrf-token") == Some("c1");
    backend.reply("GET", "/csrf", Reply::empty().header("set-cookie", "csrf=c1; Path=/; SameSite=Lax"));
    backend.route("POST", "/login", move |request| async move {
        match is_own(&request) {
            true => Reply::json(&json!({ "id": 7 })).header("set-cookie", "sid=s1; Path=/; HttpOnly"),
            false => Reply::empty().status(403),
        }
    });
    for path in ["/posts", "/logout"] {
        backend.route("POST", path, move |request| async move {
            match is_own(&request) && request.cookie("sid") == Some("s1") {
                true => Reply::empty(),
                false => Reply::empty().status(403),
            }
        });
    }
    backend.reply("GET", "/me", Reply::text("not signed in").status(403));
    backend
}

#[tokio::test]
async fn the_token_is_sent_twice() -> Result<(), Box<dyn StdError>> {
    let server = server().serve().await?;
    let forum = forum(&server.url())?;
    assert!(forum.login(&Login { username: "ann", password: "right" }).await.is_err());
    forum.csrf().await?;
    forum.login(&Login { username: "ann", password: "right" }).await?;
    forum.post("Hello").await?;
    assert_eq!(forum.session().cookie("csrf").as_deref(), Some("c1"));
    assert!(matches!(forum.me().await, Err(Error::Status(answer)) if answer.status() == 403));
    forum.logout().await?;
    assert!(matches!(forum.post("Hello").await, Err(Error::NotSignedIn(_))));
    Ok(())
}

#[tokio::test]
async fn a_403_can_end_a_login() -> Result<(), Box<dyn StdError>> {
    let server = server().serve().await?;
    let forum = forum_with_403(&server.url())?;
    forum.csrf().await?;
    forum.login(&Login { username: "ann", password: "right" }).await?;
    assert!(forum.session().state().is_signed_in());
    assert!(matches!(forum.me().await, Err(Error::SessionExpired(_))));
    Ok(())
}

#[tokio::test]
async fn a_sign_in_may_answer_nothing() -> Result<(), Box<dyn StdError>> {
    let backend = Backend::new();
    backend.reply("POST", "/login", Reply::empty().status(204).header("set-cookie", "sid=s1"));
    backend.route("GET", "/me", |request| async move {
        Reply::json(&json!({ "id": request.cookie("sid").map_or(0, str::len) }))
    });
    let builder = SiteClient::builder("http://localhost").attach(Attach::cookies());
    let site = builder.transport(ServiceTransport::new(backend.clone())).build()?;
    site.login().await?;
    assert_eq!(site.me().await?, User { id: 2 });
    backend.reply("POST", "/login", Reply::empty());
    assert!(site.login().await.is_err_and(|error| error.to_string().contains("cookie")));
    Ok(())
}

#[api_client]
trait Shop {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[get("/orders")]
    async fn orders(&self) -> Result<Vec<String>>;
}

fn shop(base: &str) -> Result<ShopClient, BuildError> {
    let leads_to_login =
        |answer: &ErrorResponse| answer.headers().get("location").is_some_and(|to| to == "/login");
    ShopClient::builder(base)
        .token_bad(move |answer| answer.status() == 401 || leads_to_login(answer))
        .token_bad_on([302])
        .build()
}

#[tokio::test]
async fn a_redirect_can_reject_a_token() -> Result<(), Box<dyn StdError>> {
    let tokens = json!({ "access_token": "new", "refresh_token": "r2", "token_type": "Bearer" });
    let server = Backend::new().reply("POST", "/refresh", Reply::json(&tokens));
    let server = server.route("GET", "/orders", |request| async move {
        match request.bearer() {
            Some("new") => Reply::json(&json!(["a lamp"])),
            _ => Reply::redirect("/login").status(302),
        }
    });
    let server = server.serve().await?;
    let shop = shop(&server.url())?;
    shop.session().sign_in(Tokens::new("old").refresh_token("r1"))?;
    assert_eq!(shop.orders().await?, ["a lamp"]);
    Ok(())
}
