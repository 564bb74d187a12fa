//! A request as the backend received it: raw where it matters, with readers for tests. Knows nothing of
//! routes.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::template::Captures;

/// One recorded request, complete with its body. Cheap to clone.
///
/// Handlers get it, and [`Backend::requests`](crate::Backend::requests) gives it back afterwards.
#[derive(Clone)]
pub struct Request {
    inner: Arc<Inner>,
}

struct Inner {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    route: Option<(String, Captures)>,
    received_at: Duration,
}

impl Request {
    pub(crate) fn new(
        head: http::request::Parts,
        body: Bytes,
        route: Option<(String, Captures)>,
        received_at: Duration,
    ) -> Self {
        let inner =
            Inner { method: head.method, uri: head.uri, headers: head.headers, body, route, received_at };
        Self { inner: Arc::new(inner) }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.inner.method
    }

    /// The URI as received: absolute in memory if the client made it so, only path and query over a socket.
    pub fn uri(&self) -> &Uri {
        &self.inner.uri
    }

    /// The path exactly as received, still percent-encoded.
    pub fn path(&self) -> &str {
        self.inner.uri.path()
    }

    /// The query exactly as received, without the question mark; `None` when there was no question mark.
    pub fn query(&self) -> Option<&str> {
        self.inner.uri.query()
    }

    /// Path and query exactly as received.
    pub fn target(&self) -> &str {
        self.inner.uri.path_and_query().map_or("", |target| target.as_str())
    }

    /// Host and port this was addressed to: the URI's, or else the `Host` header's.
    pub fn host(&self) -> Option<&str> {
        match self.inner.uri.authority() {
            Some(authority) => Some(authority.as_str()),
            None => self.header("host"),
        }
    }

    /// The template of the route that matched; `None` when none did.
    pub fn template(&self) -> Option<&str> {
        self.inner.route.as_ref().map(|(template, _)| template.as_str())
    }

    /// The decoded value of the placeholder `{name}` or `{*name}` of the matched route.
    ///
    /// Bytes that are not UTF-8 become U+FFFD. A `{*rest}` is decoded as a whole; where it matters whether a
    /// slash was encoded, look at [`path`](Self::path).
    ///
    /// # Panics
    ///
    /// When the matched template has no such placeholder, which is a mistake in the test.
    #[track_caller]
    #[expect(clippy::panic, reason = "a misspelt placeholder must fail the test, not become an empty value")]
    pub fn param(&self, name: &str) -> &str {
        let captures = self.inner.route.iter().flat_map(|(_, captures)| captures);
        match captures.into_iter().find(|(key, _)| key == name) {
            Some((_, value)) => value,
            None => panic!("{self:?} has no placeholder `{name}`"),
        }
    }

    /// The pairs of the query in order, decoded as `application/x-www-form-urlencoded`.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        pairs(self.query().unwrap_or_default().as_bytes())
    }

    /// The first decoded query value under this name.
    pub fn query_value(&self, name: &str) -> Option<String> {
        first(self.query_pairs(), name)
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.inner.headers
    }

    /// The first value of a header, if it is there and UTF-8. [`headers`](Self::headers) has the bytes of any
    /// other.
    pub fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.inner.headers.get(name)?.as_bytes()).ok()
    }

    /// The token of an `Authorization: Bearer …` header. The scheme is compared without regard to case (RFC
    /// 9110).
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    }

    /// The first cookie of this name, from all `Cookie` headers.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.inner
            .headers
            .get_all(http::header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The bytes of the body.
    pub fn body(&self) -> &Bytes {
        &self.inner.body
    }

    /// The body as text; what is not UTF-8 becomes U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.inner.body)
    }

    /// The body decoded as JSON; its content type does not matter.
    ///
    /// # Errors
    ///
    /// When the body is not JSON or does not fit `T`.
    pub fn json<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.inner.body)
    }

    /// The pairs of a form body in order; its content type does not matter.
    pub fn form_pairs(&self) -> Vec<(String, String)> {
        pairs(&self.inner.body)
    }

    /// The first decoded form value under this name.
    pub fn form_value(&self, name: &str) -> Option<String> {
        first(self.form_pairs(), name)
    }

    /// The text under a name in the body, which is a JSON object or a form. `data.email` is the field `email`
    /// of the object `data`. A number is its digits; what is neither text nor number is `None`.
    ///
    /// ```
    /// # use sdk_testkit::{Backend, Reply};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let backend = Backend::new().reply("POST", "/sessions", Reply::empty());
    /// for body in [r#"{"user":{"email":"ann@tracker.example"}}"#, "user.email=ann%40tracker.example"] {
    ///     backend.handle(http::Request::post("/sessions").body(body.to_owned())?).await?;
    ///     let email = backend.last().and_then(|request| request.field("user.email"));
    ///     assert_eq!(email.as_deref(), Some("ann@tracker.example"));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn field(&self, name: &str) -> Option<String> {
        match self.json::<Value>() {
            Ok(body) => match name.split('.').try_fold(&body, |value, key| value.get(key))? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            },
            Err(_) => self.form_value(name),
        }
    }

    /// When the whole request had arrived, since the backend was made, on tokio's clock.
    pub fn received_at(&self) -> Duration {
        self.inner.received_at
    }
}

/// Shows method, target and template, and neither headers nor body: those carry secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {}", self.method(), self.target())?;
        match self.template() {
            Some(template) => write!(f, ", matched by {template})"),
            None => f.write_str(", unmatched)"),
        }
    }
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

fn first(pairs: Vec<(String, String)>, name: &str) -> Option<String> {
    pairs.into_iter().find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(builder: http::request::Builder, body: &'static str) -> Request {
        let (head, ()) = builder.body(()).unwrap().into_parts();
        let route = ("/i/{id}".to_owned(), vec![("id".to_owned(), "7".to_owned())]);
        Request::new(head, Bytes::from_static(body.as_bytes()), Some(route), Duration::ZERO)
    }

    #[test]
    fn raw_parts_are_kept_and_decoded_ones_are_offered() {
        let builder = http::Request::post("http://api.test:81/i/%37?q=a+b%26&q=%2F&e")
            .header("Cookie", "a=1; access=x=y")
            .header("Cookie", "z=2")
            .header("Authorization", "bearer t0k3n");
        let request = request(builder, "name=J%C3%BCrgen&n=1");
        assert_eq!(request.path(), "/i/%37");
        assert_eq!(request.query(), Some("q=a+b%26&q=%2F&e"));
        assert_eq!(request.target(), "/i/%37?q=a+b%26&q=%2F&e");
        assert_eq!(request.uri(), "http://api.test:81/i/%37?q=a+b%26&q=%2F&e");
        assert_eq!(request.body(), "name=J%C3%BCrgen&n=1");
        assert_eq!(request.host(), Some("api.test:81"));
        assert_eq!(request.param("id"), "7");
        assert_eq!(request.query_pairs().len(), 3);
        assert_eq!(request.query_value("q").as_deref(), Some("a b&"));
        assert_eq!(request.form_value("name").as_deref(), Some("Jürgen"));
        assert_eq!(request.cookie("access"), Some("x=y"));
        assert_eq!(request.cookie("z"), Some("2"));
        assert_eq!(request.cookie("acc"), None);
        assert_eq!(request.bearer(), Some("t0k3n"));
        assert!(request.json::<u8>().is_err());
    }

    #[test]
    #[should_panic(expected = "has no placeholder `nr`")]
    fn a_misspelt_placeholder_panics() {
        request(http::Request::get("/i/7"), "").param("nr");
    }

    #[test]
    fn debug_shows_no_secret() {
        let builder = http::Request::post("/i/7").header("Authorization", "Bearer s3cret");
        let debug = format!("{:?}", request(builder, "s3cret"));
        assert_eq!(debug, "Request(POST /i/7, matched by /i/{id})");
    }
}
