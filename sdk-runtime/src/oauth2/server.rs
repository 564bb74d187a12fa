//! `AuthorizationServer`: the endpoints of a server, and how they are reached.

use std::fmt;
use std::sync::Arc;

use url::Url;

use super::endpoints::AuthorizationEndpointsClient;
use super::error::OAuthError;
use super::metadata::Metadata;
use crate::client::Redirects;
use crate::error::BuildError;
use crate::request::base::may_carry_credentials;
use crate::transport::{Transport, default_transport};

/// An authorization server: its issuer and its endpoints. A clone shares the connections.
///
/// By its discovery document, or by hand where it has none:
///
/// ```
/// use sdk_runtime::oauth2::AuthorizationServer;
///
/// let token = "https://github.com/login/oauth/access_token";
/// let github = AuthorizationServer::new("https://github.com", token)?
///     .authorization_endpoint("https://github.com/login/oauth/authorize")?
///     .device_endpoint("https://github.com/login/device/code")?;
/// assert_eq!(github.issuer(), "https://github.com");
/// # Ok::<(), sdk_runtime::oauth2::OAuthError>(())
/// ```
#[derive(Clone)]
pub struct AuthorizationServer {
    pub(super) metadata: Arc<Metadata>,
    pub(super) transport: Arc<dyn Transport>,
}

impl AuthorizationServer {
    /// Reads the discovery document of `issuer`, over the default transport.
    ///
    /// It is `{issuer}/.well-known/openid-configuration`, or else the one of RFC 8414. The issuer is compared
    /// with the one in the document as text, as both specifications say.
    ///
    /// # Errors
    ///
    /// Fails if there is no such document, if it names another issuer, or if an endpoint is neither https nor
    /// on this machine.
    pub async fn discover(issuer: &str) -> Result<Self, OAuthError> {
        Self::discover_over(issuer, default_transport(None)).await
    }

    /// The same over a transport of your own, which all further requests use too.
    ///
    /// # Errors
    ///
    /// As [`discover`](Self::discover).
    pub async fn discover_over(issuer: &str, transport: impl Transport) -> Result<Self, OAuthError> {
        let transport: Arc<dyn Transport> = Arc::new(transport);
        let url = private(issuer)?;
        let requests = requests(&url, &transport)?;
        let path = url.path().trim_end_matches('/');
        let of_openid = with_path(&url, &format!("{path}/.well-known/openid-configuration"));
        let of_oauth = with_path(&url, &format!("/.well-known/oauth-authorization-server{path}"));
        let document = async |url: &Url| {
            let document = requests.metadata(url).await;
            document.map_err(|error| OAuthError::of("the discovery document", url, error))
        };
        let metadata = match document(&of_openid).await? {
            Some(metadata) => metadata,
            None => document(&of_oauth).await?.ok_or_else(|| {
                OAuthError::Unsupported(format!("has no discovery document at {of_openid} and {of_oauth}"))
            })?,
        };
        if metadata.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
            let told = format!("calls itself {:?}, and was asked as {issuer:?}", metadata.issuer);
            return Err(OAuthError::Unsupported(told));
        }
        let Metadata {
            authorization_endpoint,
            device_authorization_endpoint,
            revocation_endpoint,
            pushed_authorization_request_endpoint,
            ..
        } = &metadata;
        private(&metadata.token_endpoint)?;
        for endpoint in [
            authorization_endpoint,
            device_authorization_endpoint,
            revocation_endpoint,
            pushed_authorization_request_endpoint,
        ] {
            endpoint.as_deref().map(private).transpose()?;
        }
        Ok(Self { metadata: Arc::new(metadata), transport })
    }

    /// Describes a server without a discovery document.
    ///
    /// # Errors
    ///
    /// Fails if `token_endpoint` is no address, or neither https nor on this machine.
    pub fn new(issuer: &str, token_endpoint: &str) -> Result<Self, OAuthError> {
        private(token_endpoint)?;
        let metadata = Metadata {
            issuer: issuer.to_owned(),
            token_endpoint: token_endpoint.to_owned(),
            authorization_endpoint: None,
            device_authorization_endpoint: None,
            revocation_endpoint: None,
            pushed_authorization_request_endpoint: None,
            authorization_response_iss_parameter_supported: false,
            code_challenge_methods_supported: None,
            scope_separator: None,
        };
        Ok(Self { metadata: Arc::new(metadata), transport: default_transport(None) })
    }

    /// Sets where users sign in.
    ///
    /// # Errors
    ///
    /// Fails if `url` is no address, or neither https nor on this machine.
    pub fn authorization_endpoint(self, url: &str) -> Result<Self, OAuthError> {
        self.with(url, |metadata| &mut metadata.authorization_endpoint)
    }

    /// Sets where codes for another device are issued (RFC 8628).
    ///
    /// # Errors
    ///
    /// Fails if `url` is no address, or neither https nor on this machine.
    pub fn device_endpoint(self, url: &str) -> Result<Self, OAuthError> {
        self.with(url, |metadata| &mut metadata.device_authorization_endpoint)
    }

    /// Sets where tokens are revoked (RFC 7009).
    ///
    /// # Errors
    ///
    /// Fails if `url` is no address, or neither https nor on this machine.
    pub fn revocation_endpoint(self, url: &str) -> Result<Self, OAuthError> {
        self.with(url, |metadata| &mut metadata.revocation_endpoint)
    }

    /// Sets what separates the granted scopes in the answers of the server, next to spaces: a comma at
    /// GitHub, Shopify and Slack. Default: spaces alone (RFC 6749, 3.3), because a comma can be part of a
    /// scope.
    ///
    /// Without it, the answer `"scope": "repo,gist"` grants one scope of that name, and each call with
    /// `auth = scopes("repo")` fails with [`Error::InsufficientScope`](crate::Error::InsufficientScope).
    /// Scopes that a program asks for are separated by spaces.
    #[must_use]
    pub fn scope_separator(mut self, separator: char) -> Self {
        Arc::make_mut(&mut self.metadata).scope_separator = Some(separator);
        self
    }

    /// Reaches the server over `transport`.
    #[must_use]
    pub fn transport(self, transport: impl Transport) -> Self {
        Self { transport: Arc::new(transport), ..self }
    }

    /// Returns the name of the server, which is an address.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.metadata.issuer
    }

    /// Returns the client of its endpoints.
    pub(super) fn requests(&self) -> Result<AuthorizationEndpointsClient, OAuthError> {
        requests(&private(&self.metadata.token_endpoint)?, &self.transport)
    }

    fn with(mut self, url: &str, of: fn(&mut Metadata) -> &mut Option<String>) -> Result<Self, OAuthError> {
        private(url)?;
        *of(Arc::make_mut(&mut self.metadata)) = Some(url.to_owned());
        Ok(self)
    }
}

impl fmt::Debug for AuthorizationServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationServer").field("issuer", &self.metadata.issuer).finish_non_exhaustive()
    }
}

/// Parses the address of an endpoint, to which secrets are sent.
pub(super) fn private(text: &str) -> Result<Url, OAuthError> {
    match Url::parse(text) {
        Ok(url) if may_carry_credentials(&url) => Ok(url),
        Ok(_) => Err(OAuthError::Unsupported(format!(
            "would get secrets in the clear at {text:?}: it must begin with `https://`, or be on this machine"
        ))),
        Err(_) => Err(OAuthError::Unsupported(format!("has the address {text:?}, which is none"))),
    }
}

pub(super) fn built(error: &BuildError) -> OAuthError {
    OAuthError::Unsupported(format!("cannot be reached: {error}"))
}

fn requests(url: &Url, transport: &Arc<dyn Transport>) -> Result<AuthorizationEndpointsClient, OAuthError> {
    let base = url.origin().ascii_serialization();
    let builder = AuthorizationEndpointsClient::builder(base).transport(transport.clone());
    builder.redirects(Redirects::None).build().map_err(|error| built(&error))
}

fn with_path(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    url.set_path(path);
    url
}
