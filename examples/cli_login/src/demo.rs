//! All of it in one process: a server, the tool, and a user that needs no browser.

use std::io;
use std::sync::Arc;

use sdk_runtime::oauth2::{Interaction, UserCode};
use sdk_runtime::{Error, FileStore, Result, Url, api_client};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::provider::Provider;
use crate::{Outcome, close, login, tracker};

/// What the user sends with the button of a page.
#[derive(Serialize)]
struct Click {
    name: &'static str,
    answer: &'static str,
}

/// What a browser does: it shows a page, sends a form, and follows where that leads.
#[api_client(auth = none)]
trait Pages {
    #[get]
    async fn show(&self, #[url] page: &Url) -> Result<String>;

    #[post]
    async fn click(&self, #[url] page: &Url, #[form] click: &Click) -> Result<String>;
}

/// A user who answers each page.
struct User {
    browser: PagesClient,
    answer: &'static str,
}

impl User {
    /// Returns the last page.
    async fn visit(browser: &PagesClient, page: &Url, answer: &'static str) -> Result<String> {
        assert!(browser.show(page).await?.contains("<form"), "each page of the server asks something");
        browser.click(page, &Click { name: "ann", answer }).await
    }
}

impl Interaction for User {
    async fn open(&self, url: &Url) -> io::Result<()> {
        println!("  the browser opens {}", url.path());
        let (browser, page, answer) = (self.browser.clone(), url.clone(), self.answer);
        // As a browser does, it goes on by itself.
        tokio::spawn(async move {
            // The page of a sign-in that has failed has a status of failure.
            match User::visit(&browser, &page, answer).await {
                Ok(last) => assert!(last.contains("You are signed in"), "{last}"),
                Err(error) => assert_eq!(error.code(), "status.4xx", "{error}"),
            }
        });
        Ok(())
    }

    async fn show_code(&self, code: &UserCode) -> io::Result<()> {
        println!("  the user types {} at {}", code.code, code.url.path());
        let page = code.complete.as_ref().unwrap_or(&code.url);
        User::visit(&self.browser, page, self.answer).await.map_err(io::Error::other)?;
        Ok(())
    }
}

pub async fn run() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let provider = Arc::new(Provider::new(&base));
    tokio::spawn(provider.clone().run(listener));
    let browser = PagesClient::builder(&base).build()?;
    let user = User { browser: browser.clone(), answer: "yes" };
    let folder = std::env::temp_dir().join(format!("sdk-runtime-cli-login-{}", std::process::id()));
    let store = || FileStore::new(folder.join("login"));

    println!("$ tracker whoami");
    let oauth = login::connect(&base, store()).await?;
    let api = tracker(&base, &oauth)?;
    assert!(matches!(api.me().await, Err(Error::NotSignedIn(_))));

    println!("$ tracker login");
    let refusing = User { browser, answer: "no" };
    let refused = oauth.sign_in(&refusing).await.err().ok_or("the user refuses")?;
    println!("  {refused}");
    println!("$ tracker login");
    oauth.sign_in(&user).await?;
    println!("  {} is signed in", api.me().await?.name);

    println!("$ tracker whoami, as a later process, an hour later");
    oauth.session().shutdown().await?;
    provider.expire_access_tokens();
    let oauth = login::connect(&base, store()).await?;
    let api = tracker(&base, &oauth)?;
    println!("  {} is still signed in", api.me().await?.name);
    assert_eq!(provider.refreshes(), 1);

    println!("$ tracker close 7, which the user has not allowed yet");
    close(&api, 7, &oauth, &user).await?;
    println!("  closed");

    println!("$ tracker logout");
    oauth.sign_out().await?;
    assert!(matches!(api.me().await, Err(Error::NotSignedIn(_))));

    println!("$ tracker login --device");
    oauth.sign_in_by_device(&user).await?;
    println!("  {} is signed in", api.me().await?.name);
    println!("$ tracker logout");
    oauth.sign_out().await?;
    oauth.session().shutdown().await?;
    assert_eq!(provider.logins(), 1, "the one before the step to more rights was not revoked");
    tokio::fs::remove_dir_all(folder).await?;
    println!("ok: signed in by a browser and by a code, refreshed, asked for more rights, and revoked");
    Ok(())
}
