//! Calls over HTTP/1 and HTTP/2, through a tunnel, and with a client certificate.

use sdk_runtime::Error;

use crate::api::{ApiClient, Application, client, in_time, trusting};
use crate::network::Network;
use crate::support::authority::Authority;
use crate::support::frames::Frames;
use crate::support::h1::Wire;
use crate::support::server::{Server, Setup};
use crate::support::{h2, proxy};

#[tokio::test]
async fn http1_and_http2_are_agreed_on_by_alpn() {
    let authority = Authority::new();
    for protocols in [&["h2", "http/1.1"][..], &["http/1.1"]] {
        let server = Server::start(Setup::speaking(&authority, protocols), move |connection| async move {
            assert_eq!(connection.protocol(), protocols[0]);
            match connection.protocol() {
                "h2" => h2::serve(connection, |exchange| Application::default().answer(exchange)).await,
                _ => {
                    let mut wire = Wire::new(connection.stream);
                    while let Ok(Some(_)) = wire.request().await {
                        wire.answer("1").await.unwrap();
                    }
                }
            }
        })
        .await;
        let client = client(&server.url(), &authority).build().unwrap();
        for _ in 0..2 {
            assert_eq!(in_time(client.open()).await.unwrap(), 1);
        }
        assert_eq!((server.connections(), server.handshakes()), (1, 1));
    }
}

#[tokio::test]
async fn a_tunnel_shows_the_proxy_no_request() {
    let authority = Authority::new();
    let server = Server::start(Setup::h2(&authority), |connection| async move {
        let mut frames = Frames::begin(connection).await.unwrap();
        while let Ok(stream) = frames.request().await {
            frames.answer(stream, &[("content-type", "application/json")], "1").await.unwrap();
        }
    })
    .await;
    let proxy = proxy::Proxy::start("200 OK").await;
    let network = Network { proxy: Some(proxy.url()), ..trusting(&authority) };
    let client =
        ApiClient::builder(server.url()).transport(network.transport()).bearer("s3cret").build().unwrap();
    assert_eq!(in_time(client.issue(1)).await.unwrap(), 1);
    let seen = proxy.seen();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].line.starts_with("CONNECT localhost:") && !seen[0].text.contains("s3cret"), "{seen:?}");
}

#[tokio::test]
async fn a_client_can_show_a_certificate_and_must_trust_the_servers() {
    let authority = Authority::new();
    let setup = Setup { tls: authority.server(&authority.issue("localhost", |_| ()), &["h2"], true) };
    let server = Server::start(setup, |connection| {
        h2::serve(connection, |exchange| Application::default().answer(exchange))
    })
    .await;
    let own = authority.issue("client", |_| ()).pem();
    let network = Network { identity: Some(own), ..trusting(&authority) };
    let shows = ApiClient::builder(server.url()).transport(network.transport()).build().unwrap();
    assert_eq!(in_time(shows.open()).await.unwrap(), 1);
    let distrusts = client(&server.url(), &Authority::new()).build().unwrap();
    assert!(matches!(in_time(distrusts.open()).await, Err(Error::Transport(_))));
}
