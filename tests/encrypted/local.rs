//! Plain HTTP on the loopback interface: it uses no proxy, and needs no certificates.

use std::process::Command;

use sdk_testkit::{Backend, Reply};
use serde_json::{Value, json};

use crate::api::{ApiClient, client, in_time, trusting};
use crate::network::Network;
use crate::support::authority::Authority;
use crate::support::proxy::Proxy;

fn backend() -> Backend {
    Backend::new()
        .route("POST", "/login", |_| async { Reply::json(&json!({ "access": "a0", "refresh": "r0" })) })
        .fallback(|_| async { Reply::json(&json!(1)) })
}

#[tokio::test]
async fn a_proxy_that_is_configured_sees_no_credential_for_this_machine() {
    let server = backend().serve().await.unwrap();
    let proxy = Proxy::start("200 OK").await;
    let network = || Network { proxy: Some(proxy.url()), ..trusting(&Authority::new()) };
    let own = ApiClient::builder(server.url().replace("127.0.0.1", "localhost"));
    let own = own.transport(network().transport()).build().unwrap();
    let login = in_time(own.login("s3cret")).await;
    assert!(login.is_ok() && proxy.seen().is_empty(), "I22: {:?}", proxy.seen());
    assert_eq!(in_time(own.issue(1)).await.unwrap(), 1);

    // A second origin that is trusted as the client's own.
    let trusting = ApiClient::builder("https://api.example")
        .bearer("s3cret")
        .trusted_origin(&server.url())
        .transport(network().transport())
        .build()
        .unwrap();
    let _: Value = in_time(trusting.at(&format!("{}/issues/1", server.url()))).await.unwrap();
    assert!(proxy.seen().is_empty(), "I22: {:?}", proxy.seen());
    // What goes elsewhere does go by it.
    assert!(in_time(trusting.open()).await.is_err());
    assert_eq!(proxy.seen().len(), 1);
}

/// Certificates are looked for once in a process, so that another one has to do without.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_without_certificates_has_clients_for_plain_addresses() {
    let test = std::env::current_exe().unwrap();
    let child = tokio::task::spawn_blocking(move || {
        let mut child = Command::new(test);
        child.args(["--exact", "local::builds_without_certificates", "--ignored"]);
        let nowhere = std::env::temp_dir().join("no-certificates");
        child.env("SSL_CERT_FILE", &nowhere).env("SSL_CERT_DIR", &nowhere).output().unwrap()
    });
    let output = child.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test]
#[ignore = "needs the environment that the test above runs it in"]
async fn builds_without_certificates() {
    let server = backend().serve().await.unwrap();
    for url in [server.url().to_owned(), server.url().replace("127.0.0.1", "localhost")] {
        let client = ApiClient::builder(&url).bearer("s3cret").build().unwrap();
        assert_eq!(in_time(client.issue(1)).await.unwrap(), 1);
    }
    ApiClient::builder("http://api.example").allow_insecure("http://api.example").build().unwrap();
    let error = ApiClient::new("https://api.example").map(drop).unwrap_err().to_string();
    assert!(error.contains("certificates") && error.contains("SSL_CERT_FILE"), "{error}");
    // Its own are enough.
    client("https://api.example", &Authority::new()).build().unwrap();
}
