//! A program chooses the transport and the TLS of a published client by features.

use published_client::{PUBLIC, client};

fn built() -> Result<(), String> {
    client(PUBLIC).build().map(drop).map_err(|error| format!("{error:#}"))
}

#[cfg(all(
    any(feature = "reqwest", feature = "lean", feature = "native-tls"),
    any(feature = "rustls", all(feature = "native-tls", not(feature = "rustls-no-provider")))
))]
#[test]
fn a_client_of_an_https_address_is_built_with_tls() {
    assert_eq!(built(), Ok(()));
}

#[cfg(all(
    any(feature = "reqwest", feature = "lean"),
    feature = "rustls-no-provider",
    not(feature = "rustls")
))]
#[test]
fn a_client_is_built_when_the_program_has_installed_cryptography() {
    let error = built().unwrap_err();
    assert!(error.contains("`CryptoProvider::install_default()`"), "{error}");
    rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap();
    assert_eq!(built(), Ok(()));
}

#[cfg(all(
    any(feature = "reqwest", feature = "lean"),
    not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))
))]
#[test]
fn without_tls_the_error_names_the_feature() {
    let error = built().unwrap_err();
    assert!(error.contains("there is no TLS for https: enable the feature `rustls`"), "{error}");
}

#[cfg(not(any(feature = "reqwest", feature = "lean", feature = "native-tls")))]
#[test]
fn without_a_transport_the_error_names_the_features() {
    let error = built().unwrap_err();
    assert!(error.contains("enable the feature `reqwest` or `lean` of `sdk-runtime`"), "{error}");
}
