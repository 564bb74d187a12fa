//! Where the routes of a token server are, how a request to them is read, and what answers it. Knows no
//! tokens but those it is given.

use std::fmt;
use std::sync::Arc;

use crate::reply::Reply;
use crate::request::Request;
use crate::token::issued::Issued;

type Read = Arc<dyn Fn(&Request) -> Option<String> + Send + Sync>;
type Answer = Arc<dyn Fn(&Issued) -> Reply + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Routes {
    /// A path without a slash at its end.
    pub(crate) base: String,
    pub(crate) login: String,
    pub(crate) refresh: String,
    pub(crate) logout: String,
    user: Read,
    refresh_token: Option<Read>,
    answer: Option<Answer>,
}

impl Routes {
    pub(crate) fn login_at(&mut self, path: &str, user: Read) {
        (self.login, self.user) = (path.to_owned(), user);
    }

    pub(crate) fn refresh_at(&mut self, path: &str, token: Read) {
        (self.refresh, self.refresh_token) = (path.to_owned(), Some(token));
    }

    pub(crate) fn answer_by(&mut self, answer: Answer) {
        self.answer = Some(answer);
    }

    pub(crate) fn user(&self, request: &Request) -> Option<String> {
        (self.user)(request)
    }

    /// The token in this request, unless the server looks for it where it usually is.
    pub(crate) fn refresh_token(&self, request: &Request) -> Option<Option<String>> {
        self.refresh_token.as_ref().map(|read| read(request))
    }

    pub(crate) fn answer(&self, issued: &Issued) -> Option<Reply> {
        self.answer.as_ref().map(|answer| answer(issued))
    }

    /// The path of a cookie that goes to the refresh and its neighbours.
    pub(crate) fn folder_of_refresh(&self) -> String {
        let path = format!("{}{}", self.base, self.refresh);
        match path.rsplit_once('/') {
            Some((folder, _)) if !folder.is_empty() => folder.to_owned(),
            _ => "/".to_owned(),
        }
    }
}

impl Default for Routes {
    fn default() -> Self {
        Self {
            base: String::new(),
            login: "/auth/login".to_owned(),
            refresh: "/auth/refresh".to_owned(),
            logout: "/auth/logout".to_owned(),
            user: Arc::new(|request| request.field("password").and(request.field("username"))),
            refresh_token: None,
            answer: None,
        }
    }
}

/// The paths; closures show nothing.
impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = [&self.login, &self.refresh, &self.logout].map(|path| format!("{}{path}", self.base));
        f.debug_list().entries(paths).finish()
    }
}
