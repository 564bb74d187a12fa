//! The options about origins: which get the credential in addition to the base, and where a login may move.

use std::sync::Arc;

use url::Url;

use super::ClientBuilder;

impl<C> ClientBuilder<C> {
    /// Sends the credential to `origin` too, such as `https://uploads.example`, where a `#[url]` argument or
    /// a redirect leads there. The session also trusts its responses. No other origin gets a credential,
    /// except that of the base URL.
    ///
    /// The origin must have no path, and must be https, `http://localhost`, `127.0.0.0/8` or `[::1]`, or
    /// allowed by [`allow_insecure`](Self::allow_insecure). [`build`](Self::build) fails otherwise.
    pub fn trusted_origin(mut self, origin: &str) -> Self {
        self.trusted.push(origin.to_owned());
        self
    }

    /// Lets credentials travel in plaintext to `origin`, such as `http://backend.internal:8080`, if they are
    /// for it: the base URL, or a [`trusted_origin`](Self::trusted_origin). Use it for a network that
    /// protects the traffic by other means, such as a service mesh.
    ///
    /// Scheme, host and port count exactly. The origin is not trusted for that. Requests to it go through no
    /// proxy of the environment, `Secure` cookies are never sent there, and a redirect from https never leads
    /// there.
    pub fn allow_insecure(mut self, origin: &str) -> Self {
        self.insecure.push(origin.to_owned());
        self
    }

    /// Names the origins that a login may move to by [`Tokens::api_origin`](crate::Tokens::api_origin), such
    /// as `https://eu7.tracker.example`. Each must be scheme and host alone, and https, a loopback address,
    /// or allowed by [`allow_insecure`](Self::allow_insecure). [`build`](Self::build) fails otherwise.
    ///
    /// The calls of such a login go to its origin instead of that of the base, and so does the credential. A
    /// `#[url]` and the endpoints of the session stay where they are.
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    /// use sdk_runtime::Tokens;
    ///
    /// let tracker = TrackerClient::builder("https://login.tracker.example/v1")
    ///     .allowed_origins(["https://eu7.tracker.example", "https://us1.tracker.example"])
    ///     .build()?;
    /// // As a sign-in does, with the address that its answer has.
    /// tracker.session().sign_in(Tokens::new("access").api_origin("https://eu7.tracker.example"))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allowed_origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Accepts more origins than those of [`allowed_origins`](Self::allowed_origins): those for which
    /// `accepts` returns `true`. It gets the scheme, the host and the port. The credential goes to each of
    /// them, so compare the whole host, or its end with the dot in front: `.tracker.example`.
    pub fn allow_origin_if(mut self, accepts: impl Fn(&Url) -> bool + Send + Sync + 'static) -> Self {
        self.accepts_origin = Some(Arc::new(accepts));
        self
    }
}
