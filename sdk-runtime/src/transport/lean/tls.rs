//! TLS of the lean transport, by rustls.

use std::error::Error as StdError;
use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use zeroize::Zeroizing;

use super::super::built_in::received::build_error;
use crate::error::TransportError;

type BoxError = Box<dyn StdError + Send + Sync>;

/// The configuration of TLS, which is made once, because it reads the certificates of the system.
#[derive(Clone)]
pub(super) struct Tls(Arc<Configuration>);

struct Configuration {
    options: TlsOptions,
    made: OnceLock<Result<Arc<ClientConfig>, TransportError>>,
}

impl Tls {
    pub(super) fn new(options: TlsOptions) -> Self {
        Self(Arc::new(Configuration { options, made: OnceLock::new() }))
    }

    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, TransportError> {
        let Configuration { options, made } = &*self.0;
        let made = made.get_or_init(|| {
            options.config().map(Arc::new).map_err(|error| build_error(error, "LeanOptions::only_roots(…)"))
        });
        made.clone()
    }
}

/// What a program says about certificates, as PEM.
#[derive(Clone, Default)]
pub(super) struct TlsOptions {
    roots: Vec<u8>,
    has_only_roots: bool,
    identity: Option<Arc<Zeroizing<Vec<u8>>>>,
}

impl TlsOptions {
    pub(super) fn add_roots(&mut self, pem: &[u8]) {
        self.roots.extend_from_slice(pem);
        self.roots.push(b'\n');
    }

    pub(super) fn only_roots(&mut self, pem: &[u8]) {
        self.has_only_roots = true;
        self.add_roots(pem);
    }

    pub(super) fn identity(&mut self, pem: &[u8]) {
        self.identity = Some(Arc::new(pem.to_vec().into()));
    }

    /// Returns the configuration for servers, with the protocols that they may choose from.
    fn config(&self) -> Result<ClientConfig, BoxError> {
        let provider = CryptoProvider::get_default().cloned();
        #[cfg(feature = "rustls")]
        let provider = provider.or_else(|| Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider())));
        let provider = provider.ok_or("rustls has no cryptography")?;
        let builder =
            ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
        let roots = CertificateDer::pem_slice_iter(&self.roots)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| "the certificates of the roots are not PEM")?;
        let builder = if self.has_only_roots {
            let mut store = RootCertStore::empty();
            for root in roots {
                store.add(root)?;
            }
            builder.with_root_certificates(store)
        } else {
            let verifier = system_verifier(roots, provider)?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        };
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(pem) => {
                let chain = CertificateDer::pem_slice_iter(pem)
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(|_| "the certificate of the identity is not PEM")?;
                let key = PrivateKeyDer::from_pem_slice(pem)
                    .map_err(|_| "the identity has no private key in PEM")?;
                builder.with_client_auth_cert(chain, key)?
            }
        };
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// Returns the name that the certificate of `host` must have.
pub(super) fn server_name(host: &str) -> Result<ServerName<'static>, BoxError> {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    Ok(ServerName::try_from(address.unwrap_or(host).to_owned())?)
}

/// Returns the verifier of the system, which trusts `roots` too.
#[cfg(not(target_os = "android"))]
fn system_verifier(
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, BoxError> {
    Ok(Verifier::new_with_extra_roots(roots, provider)?)
}

#[cfg(target_os = "android")]
fn system_verifier(
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, BoxError> {
    match roots.is_empty() {
        true => Ok(Verifier::new(provider)?),
        false => Err("the verifier of Android takes no further roots".into()),
    }
}
