//! A login of cookies, with a token against forged requests: `cargo run --example cookies_csrf`, offline.

use std::error::Error;

use sdk_runtime::{Attach, Result, ServiceTransport, TokenResponse, api_client};
use sdk_testkit::{Backend, Reply, Request};
use serde::Deserialize;

#[derive(Deserialize, TokenResponse)]
#[token(cookies)]
struct SignedIn;

#[api_client]
trait Forum {
    #[get("/csrf", auth = cookies)]
    async fn csrf(&self) -> Result<()>;

    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] name: &str) -> Result<SignedIn>;

    #[post("/posts")]
    async fn post(&self, #[json] text: &str) -> Result<String>;
}

/// Wants the value of the cookie in the header, and changes it at the sign-in.
fn server() -> Backend {
    let csrf = |request: &Request| request.header("x-csrftoken").unwrap_or("none").to_owned();
    let is_own = move |request: &Request| request.cookie("csrftoken") == Some(&csrf(request));
    Backend::new()
        .reply("GET", "/csrf", Reply::empty().header("set-cookie", "csrftoken=before; Path=/"))
        .route("POST", "/login", move |request| async move {
            match is_own(&request) {
                true => Reply::empty()
                    .header("set-cookie", "sid=1; Path=/; HttpOnly")
                    .append_header("set-cookie", "csrftoken=after; Path=/"),
                false => Reply::empty().status(403),
            }
        })
        .route("POST", "/posts", move |request| async move {
            match is_own(&request) && request.cookie("sid") == Some("1") {
                true => Reply::text(csrf(&request)),
                false => Reply::empty().status(403),
            }
        })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let forum = ForumClient::builder("https://forum.example")
        .attach(Attach::cookies().csrf("csrftoken", "x-csrftoken"))
        .transport(ServiceTransport::new(server()))
        .build()?;
    if let Err(error) = forum.login("ann").await {
        println!("without the cookie: {error}");
    }
    forum.csrf().await?;
    println!("before the sign-in: {:?}", forum.session().cookie("csrftoken"));
    forum.login("ann").await?;
    println!("after it: {:?}", forum.session().cookie("csrftoken"));
    assert_eq!(forum.post("Hello").await?, "after");
    println!("ok: the header had the value of the cookie, also after it had changed");
    Ok(())
}
