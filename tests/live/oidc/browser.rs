//! A user with a browser: follows redirects with cookies, and fills the forms in.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use sdk_runtime::Url;
use sdk_runtime::oauth2::{Interaction, UserCode};
use tokio::task::JoinHandle;

/// What a user does with the page that a program opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    Agrees,
    Refuses,
}

/// The last page of a walk.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub text: String,
}

/// Signs a user in. `opened` has the address that the program opened, and `ended` the walk of the browser.
pub struct Browser {
    user: User,
    login: &'static str,
    /// Changes the address of the program before it is visited, and names those that are visited earlier.
    callback: fn(&Url) -> Vec<Url>,
    pub opened: Mutex<Vec<Url>>,
    pub codes: Mutex<Vec<UserCode>>,
    ended: Mutex<Option<JoinHandle<Vec<Page>>>>,
}

impl Browser {
    pub fn of(login: &'static str, user: User) -> Self {
        let callback = |url: &Url| vec![url.clone()];
        Self {
            user,
            login,
            callback,
            opened: Mutex::default(),
            codes: Mutex::default(),
            ended: Mutex::default(),
        }
    }

    pub fn agreeing(login: &'static str) -> Self {
        Self::of(login, User::Agrees)
    }

    /// Visits these addresses of the program, in this order, in place of the one that the server named.
    pub fn visiting(self, callback: fn(&Url) -> Vec<Url>) -> Self {
        Self { callback, ..self }
    }

    /// Returns the pages of the program that the browser has shown, or else the last page of the server.
    pub async fn pages(&self) -> Vec<Page> {
        let ended = self.ended.lock().unwrap().take().unwrap();
        ended.await.unwrap()
    }
}

impl Interaction for Browser {
    async fn open(&self, url: &Url) -> io::Result<()> {
        self.opened.lock().unwrap().push(url.clone());
        let walk = walk(url.clone(), self.login, self.user, self.callback);
        *self.ended.lock().unwrap() = Some(tokio::spawn(walk));
        Ok(())
    }

    /// The user takes the code to another device later.
    async fn show_code(&self, code: &UserCode) -> io::Result<()> {
        self.codes.lock().unwrap().push(code.clone());
        Ok(())
    }
}

/// Walks from `url` to the end, and returns the last pages.
pub async fn walk(url: Url, login: &str, user: User, callback: fn(&Url) -> Vec<Url>) -> Vec<Page> {
    let agent = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let server = url.origin();
    let mut cookies = BTreeMap::<String, String>::new();
    let (mut url, mut form, mut is_over) = (url, None::<Vec<(String, String)>>, false);
    for _ in 0..20 {
        if url.origin() != server {
            let mut pages = Vec::new();
            for url in callback(&url) {
                let answer = agent.get(url).send().await.unwrap();
                pages.push(Page { status: answer.status().as_u16(), text: answer.text().await.unwrap() });
            }
            return pages;
        }
        is_over |= form.iter().flatten().any(|(name, _)| name == "abort");
        let request = match form.take() {
            None => agent.get(url.clone()),
            Some(form) => agent
                .post(url.clone())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()),
        };
        let jar: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header("cookie", jar.join("; ")).send().await.unwrap();
        for line in answer.headers().get_all("set-cookie") {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        cookies.retain(|_, value| !value.is_empty());
        if let Some(location) = answer.headers().get("location") {
            url = url.join(location.to_str().unwrap()).unwrap();
            continue;
        }
        let page = Page { status: answer.status().as_u16(), text: answer.text().await.unwrap() };
        let action = between(&page.text, "action=\"", "\"").filter(|_| !is_over);
        let Some(action) = action else { return vec![page] };
        let abort = page.text.split('"').find(|text| text.ends_with("/abort"));
        if let Some(abort) = abort.filter(|_| user == User::Refuses) {
            url = url.join(abort).unwrap();
            continue;
        }
        url = url.join(action).unwrap();
        form = Some(filled(&page.text, login, user));
    }
    panic!("the walk has no end, and is at {url}")
}

/// Returns the fields of the form of a page, as the user fills it in.
fn filled(page: &str, login: &str, user: User) -> Vec<(String, String)> {
    let inputs = page.split("<input").skip(1).filter_map(|input| {
        let input = input.split('>').next()?;
        let name = between(input, "name=\"", "\"")?;
        let value = match (name, user) {
            ("login", _) => login,
            ("password", _) => "a password",
            ("confirm", User::Refuses) => return Some(("abort".to_owned(), "yes".to_owned())),
            _ => between(input, "value=\"", "\"")?,
        };
        Some((name.to_owned(), value.to_owned()))
    });
    inputs.collect()
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    text.split_once(begin)?.1.split_once(end).map(|(found, _)| found)
}
