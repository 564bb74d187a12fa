//! An endpoint as plain static data, as the macro found it in the declaration; knows nothing of requests.

use std::time::Duration;

use http::Method;

/// One declared endpoint: which method of which trait it is, and what is fixed about its requests.
#[derive(Debug)]
pub struct Endpoint {
    pub(crate) api: &'static str,
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    pub(crate) template: &'static str,
    pub(crate) pieces: &'static [Piece],
    pub(crate) query: &'static str,
    pub(crate) auth: Auth,
    pub(crate) timeout: CallTimeout,
    pub(crate) headers: &'static [(&'static str, &'static str)],
}

impl Endpoint {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        api: &'static str,
        name: &'static str,
        method: &'static str,
        template: &'static str,
        pieces: &'static [Piece],
    ) -> Self {
        Self {
            api,
            name,
            method,
            template,
            pieces,
            query: "",
            auth: Auth::Required,
            timeout: CallTimeout::Default,
            headers: &[],
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn query(mut self, query: &'static str) -> Self {
        self.query = query;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn timeout(mut self, timeout: CallTimeout) -> Self {
        self.timeout = timeout;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }

    /// The trait's name.
    #[must_use]
    pub const fn api(&self) -> &'static str {
        self.api
    }

    /// The method's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The HTTP method, such as `GET`.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// Whether its requests are signed.
    #[must_use]
    pub const fn auth_rule(&self) -> Auth {
        self.auth
    }

    /// The path as declared, the trait's `base` included, such as `/issues/{id}`.
    #[must_use]
    pub const fn template(&self) -> &'static str {
        self.template
    }

    pub(crate) fn http_method(&self) -> Option<Method> {
        Method::from_bytes(self.method.as_bytes()).ok()
    }
}

/// Whether an endpoint's requests are signed: `auth = …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// Always; without a login the call fails before anything is sent.
    Required,
    /// When somebody is signed in. After a login has expired the call fails until the next sign-in or sign-out.
    Optional,
    /// Never.
    None,
}

/// A piece of a path template.
#[doc(hidden)]
#[derive(Debug)]
pub enum Piece {
    /// Text that stands in every request's path as it is.
    Literal(&'static str),
    /// `{name}`.
    Param(&'static str),
    /// `{*name}`.
    Rest(&'static str),
}

/// How long a call may take as a whole: `timeout = …`.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum CallTimeout {
    /// The client's default.
    Default,
    /// This long.
    After(Duration),
    /// As long as it takes.
    Never,
}
