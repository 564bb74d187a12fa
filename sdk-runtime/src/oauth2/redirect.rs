//! `Redirect`: where the browser comes back to, as it is registered at the server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;
use url::{Host, Url};

use super::error::OAuthError;

/// An address of this machine, on a free port or on the one that the program names.
#[derive(Clone)]
pub(super) enum Redirect {
    Default,
    /// As the program has written it, because servers compare texts, and its parts.
    Own {
        text: String,
        url: Url,
        host: IpAddr,
    },
}

/// The path of the default.
const PATH: &str = "/callback";

impl Redirect {
    /// Reads the address that the program names, if it names one.
    pub(super) fn new(text: Option<String>) -> Result<Self, OAuthError> {
        let Some(text) = text else { return Ok(Self::Default) };
        let has_more = |url: &Url| !url.username().is_empty() || url.query().or(url.fragment()).is_some();
        let url = Url::parse(&text).ok().filter(|url| url.scheme() == "http" && !has_more(url));
        match url.and_then(|url| Some((host(&url)?, url))) {
            Some((host, url)) => Ok(Self::Own { text, url, host }),
            None => {
                let rule = "it must be `http://` with 127.0.0.1, [::1] or localhost, and have no query";
                Err(OAuthError::Interaction(format!("cannot come back to {text:?}: {rule}")))
            }
        }
    }

    pub(super) fn path(&self) -> &str {
        match self {
            Self::Default => PATH,
            Self::Own { url, .. } => url.path(),
        }
    }

    /// Opens a socket there. Returns it with the whole address.
    pub(super) async fn listen(&self) -> Result<(TcpListener, String), OAuthError> {
        let failed_at = |address: SocketAddr| {
            move |error| OAuthError::Interaction(format!("cannot listen at {address}: {error}"))
        };
        match self {
            Self::Default => {
                let failed = failed_at((Ipv6Addr::LOCALHOST, 0).into());
                let socket = match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await {
                    Ok(socket) => socket,
                    Err(_) => TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.map_err(failed)?,
                };
                let address = socket.local_addr().map_err(failed)?;
                Ok((socket, format!("http://{address}{PATH}")))
            }
            Self::Own { text, url, host } => {
                let address = SocketAddr::from((*host, url.port().unwrap_or(0)));
                let failed = failed_at(address);
                let socket = TcpListener::bind(address).await.map_err(failed)?;
                if url.port().is_some() {
                    return Ok((socket, text.clone()));
                }
                let mut url = url.clone();
                // An address with a host can have a port.
                let _ = url.set_port(Some(socket.local_addr().map_err(failed)?.port()));
                Ok((socket, url.into()))
            }
        }
    }
}

/// Returns where to listen.
fn host(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(Ipv4Addr::LOCALHOST) | Host::Domain("localhost") => Some(Ipv4Addr::LOCALHOST.into()),
        Host::Ipv6(Ipv6Addr::LOCALHOST) => Some(Ipv6Addr::LOCALHOST.into()),
        _ => None,
    }
}
