//! `Endpoint`: a declared endpoint as static data.

use std::fmt;
use std::time::Duration;

use http::Method;

use crate::kept;
use crate::template::Template;

/// A declared endpoint: its trait and method, and the fixed parts of its requests.
pub struct Endpoint {
    pub(crate) method: &'static str,
    pub(crate) path: Template,
    pub(crate) query: &'static str,
    /// Whether no parser of URLs changes the template and the query.
    pub(crate) is_kept: bool,
    pub(crate) auth: Auth,
    pub(crate) scopes: &'static [&'static str],
    /// Whether a response that rejects the token is for the caller alone.
    pub(crate) no_refresh: bool,
    pub(crate) timeout: CallTimeout,
    pub(crate) retry: Option<u32>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) idle_timeout: CallTimeout,
    pub(crate) idempotency: Option<&'static str>,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// The default headers that are not sent.
    pub(crate) without: &'static [&'static str],
    /// Whether it starts, refreshes or ends the session.
    is_session: bool,
    /// `Tracker::issue`.
    name: &'static str,
}

/// Setters for generated code, where a declaration differs from the defaults.
#[doc(hidden)]
impl Endpoint {
    #[must_use]
    pub const fn new(name: &'static str, method: &'static str, template: &'static str) -> Self {
        Self {
            method,
            path: Template::new(template),
            query: "",
            is_kept: kept::is_template(template),
            auth: Auth::Required,
            scopes: &[],
            no_refresh: false,
            timeout: CallTimeout::Default,
            retry: None,
            attempt_timeout: None,
            idle_timeout: CallTimeout::Default,
            idempotency: None,
            headers: &[],
            without: &[],
            is_session: false,
            name,
        }
    }

    #[must_use]
    pub const fn query(mut self, query: &'static str) -> Self {
        self.query = query;
        self.is_kept = self.is_kept && kept::is_query(query);
        self
    }

    #[must_use]
    pub const fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    #[must_use]
    pub const fn scopes(mut self, scopes: &'static [&'static str]) -> Self {
        self.scopes = scopes;
        self
    }

    #[must_use]
    pub const fn no_refresh(mut self) -> Self {
        self.no_refresh = true;
        self
    }

    #[must_use]
    pub const fn timeout(mut self, timeout: CallTimeout) -> Self {
        self.timeout = timeout;
        self
    }

    #[must_use]
    pub const fn retry(mut self, times: u32) -> Self {
        self.retry = Some(times);
        self
    }

    #[must_use]
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    #[must_use]
    pub const fn idle_timeout(mut self, timeout: CallTimeout) -> Self {
        self.idle_timeout = timeout;
        self
    }

    #[must_use]
    pub const fn idempotent(mut self, header: &'static str) -> Self {
        self.idempotency = Some(header);
        self
    }

    #[must_use]
    pub const fn of_session(mut self) -> Self {
        self.is_session = true;
        self
    }

    #[must_use]
    pub const fn headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }

    #[must_use]
    pub const fn without(mut self, headers: &'static [&'static str]) -> Self {
        self.without = headers;
        self
    }
}

impl Endpoint {
    /// The trait's name, such as `Tracker`.
    #[must_use]
    pub fn api(&self) -> &'static str {
        self.name.split_once("::").map_or("", |(api, _)| api)
    }

    /// The method's name, such as `issue`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name.split_once("::").map_or(self.name, |(_, name)| name)
    }

    /// Both, as they are written in Rust: `Tracker::issue`.
    #[must_use]
    pub const fn qualified_name(&self) -> &'static str {
        self.name
    }

    /// The HTTP method, such as `GET`.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// Returns whether its requests are signed.
    #[must_use]
    pub const fn auth_rule(&self) -> Auth {
        self.auth
    }

    /// Whether its address is an argument: `#[get]` with `#[url]`.
    pub(crate) const fn is_address(&self) -> bool {
        self.path.text().is_empty()
    }

    /// Returns whether it starts, refreshes or ends the session.
    #[must_use]
    pub const fn is_session(&self) -> bool {
        self.is_session
    }

    /// Returns the scopes that its token needs: `auth = scopes("…")` (RFC 6749, section 3.3).
    #[must_use]
    pub const fn required_scopes(&self) -> &'static [&'static str] {
        self.scopes
    }

    /// Returns the header of the idempotency key: `idempotent`.
    #[must_use]
    pub const fn idempotency_header(&self) -> Option<&'static str> {
        self.idempotency
    }

    /// Returns the path as declared, with the trait's `base`, such as `/issues/{id}`. It is empty if a
    /// `#[url]` argument is the whole address.
    #[must_use]
    pub const fn template(&self) -> &'static str {
        self.path.text()
    }

    pub(crate) fn http_method(&self) -> Option<Method> {
        Method::from_bytes(self.method.as_bytes()).ok()
    }
}

/// Shows the name only, because a fixed query or header may be a key.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({} {} {})", self.name, self.method, self.path.text())
    }
}

/// Returns name, method and template, as a stub takes them: `StubRouter::new(TrackerClient::ENDPOINTS)`.
///
/// ```
/// use sdk_runtime::{Result, ServiceTransport, api_client};
/// use sdk_testkit::{Reply, StubRouter};
///
/// #[api_client(auth = none)]
/// trait Tracker {
///     #[get("/issues/{id}")]
///     async fn issue(&self, id: u64) -> Result<String>;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
/// let stub = StubRouter::new(TrackerClient::ENDPOINTS);
/// stub.endpoint("issue").reply(Reply::text("Leak"));
/// let transport = ServiceTransport::new(stub.clone());
/// let tracker = TrackerClient::builder("http://localhost").transport(transport).build()?;
/// assert_eq!(tracker.issue(7).await?, "Leak");
/// assert_eq!(<(&str, &str, &str)>::from(TrackerClient::ENDPOINTS[0]), ("issue", "GET", "/issues/{id}"));
/// # Ok(())
/// # }
/// ```
impl From<&Endpoint> for (&'static str, &'static str, &'static str) {
    fn from(endpoint: &Endpoint) -> Self {
        (endpoint.name(), endpoint.method(), endpoint.template())
    }
}

/// Does the same for an element of a client's table of endpoints, which holds references.
impl From<&&Endpoint> for (&'static str, &'static str, &'static str) {
    fn from(endpoint: &&Endpoint) -> Self {
        (*endpoint).into()
    }
}

/// Whether an endpoint's requests are signed: `auth = …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// Always. Without a login the call fails before anything is sent.
    Required,
    /// If there is a login. After a login has expired, the call fails until the next sign-in or sign-out.
    Optional,
    /// Never, but the cookies of the login are sent, or those of the signed-out state. A rejection is
    /// returned to the caller, and nothing is refreshed. After a login has expired, the call fails until the
    /// next sign-in or sign-out.
    Cookies,
    /// Never, and no cookie of a login is sent. Cookies in the response are dropped.
    None,
}

impl Auth {
    /// Whether the session may put its credential on a request.
    pub(crate) fn is_signed(self) -> bool {
        matches!(self, Self::Required | Self::Optional)
    }
}

/// A limit of time of a declaration: how long a call may take as a whole (`timeout = …`), or an answer's body
/// be silent (`idle_timeout = …`).
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum CallTimeout {
    /// The client's default.
    Default,
    /// This time.
    After(Duration),
    /// No limit.
    Never,
}

impl CallTimeout {
    /// Returns the limit, where `default` is that of the client.
    pub(crate) fn of(self, default: Option<Duration>) -> Option<Duration> {
        match self {
            Self::Default => default,
            Self::After(limit) => Some(limit),
            Self::Never => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fixed_in_a_declaration_is_not_shown() {
        let endpoint = Endpoint::new("Tracker::issue", "GET", "/issues/{id}")
            .query("key=secret")
            .headers(&[("x-key", "secret")]);
        assert_eq!(format!("{endpoint:?}"), "Endpoint(Tracker::issue GET /issues/{id})");
    }

    #[test]
    fn an_endpoint_tells_what_was_declared() {
        let endpoint = Endpoint::new("Tracker::issue", "GET", "/issues/{id}")
            .auth(Auth::Optional)
            .scopes(&["read"])
            .idempotent("x-key");
        assert_eq!((endpoint.api(), endpoint.name()), ("Tracker", "issue"));
        assert_eq!((endpoint.qualified_name(), endpoint.method()), ("Tracker::issue", "GET"));
        assert_eq!((endpoint.auth_rule(), endpoint.required_scopes()), (Auth::Optional, &["read"][..]));
        assert_eq!((endpoint.idempotency_header(), endpoint.template()), (Some("x-key"), "/issues/{id}"));
        assert_eq!(endpoint.http_method(), Some(Method::GET));
        let entry = ("issue", "GET", "/issues/{id}");
        assert_eq!([<(&str, &str, &str)>::from(&endpoint), (&&endpoint).into()], [entry; 2]);
        let other = Endpoint::new("issue", "a b", "");
        assert_eq!((other.api(), other.name(), other.http_method()), ("", "issue", None));
        assert_eq!((other.auth_rule(), other.idempotency_header()), (Auth::Required, None));
        for (auth, is_signed) in
            [(Auth::Required, true), (Auth::Optional, true), (Auth::Cookies, false), (Auth::None, false)]
        {
            assert_eq!(auth.is_signed(), is_signed, "{auth:?}");
        }
    }
}
