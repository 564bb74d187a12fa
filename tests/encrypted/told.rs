//! Transport errors: each has a kind and a cause, and shows no secret.

use std::net::SocketAddr;
use std::time::Duration;

use rcgen::date_time_ymd;
use sdk_runtime::{
    Error, Grant, Head, Refusal, Result, TokenRequest, TokenResponse, Tokens, api_client,
    error::{TimeoutPhase, TransportError, TransportErrorKind, UnavailableCause},
};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::api::{ApiClient, client, in_time, trusting};
use crate::network::Network;
use crate::support::authority::Authority;
use crate::support::frames::Frames;
use crate::support::proxy::Proxy;
use crate::support::server::{Server, Setup};

async fn failure(client: &ApiClient) -> TransportError {
    match in_time(client.open()).await {
        Err(Error::Transport(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// Listens in the clear, writes `bytes` to each connection, at once or when a request has come, and closes
/// it.
async fn speaking(bytes: &'static [u8], at_once: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                if !at_once {
                    let _ = stream.read(&mut [0; 4096]).await;
                }
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
                while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {}
            });
        }
    });
    address
}

#[tokio::test]
async fn a_name_without_an_address_and_a_port_without_a_listener_are_told_apart() {
    let nowhere = Network { name: Some(("api.example", Vec::new())), ..Network::default() };
    let nowhere = ApiClient::builder("https://api.example").transport(nowhere.transport());
    let error = failure(&nowhere.build().unwrap()).await;
    assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Dns, false), "{error}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = failure(&ApiClient::new(format!("http://{address}")).unwrap()).await;
    assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Connect, false), "{error}");
    let told = format!("no connection to the server http://{address} could be made: ");
    assert!(error.to_string().starts_with(&told), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_is_told_with_its_fault() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let long_ago = authority.issue("localhost", |params| params.not_after = date_time_ymd(2001, 1, 1));
    for (tls, fault) in [
        (stranger.server(&stranger.issue("localhost", |_| ()), &["h2"], false), "UnknownIssuer"),
        (authority.server(&authority.issue("other.example", |_| ()), &["h2"], false), "not valid for"),
        (authority.server(&long_ago, &["h2"], false), "expired"),
    ] {
        let server = Server::start(Setup { tls }, |_| async {}).await;
        let error = failure(&client(&server.url(), &authority).retry(3).build().unwrap()).await;
        assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Tls, false), "{error}");
        assert!(error.to_string().contains(fault), "{error}");
        assert_eq!(server.connections(), 1, "it will not be another one in a moment");
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_connect_is_told_without_its_password() {
    let authority = Authority::new();
    for (answer, cause) in
        [("502 Bad Gateway", "unsuccessful"), ("407 Who Are You", "authorization required")]
    {
        let proxy = Proxy::start(answer).await;
        let through = proxy.url().replace("http://", "http://ann:s3cret@");
        let network = Network { proxy: Some(through), ..trusting(&authority) };
        let client =
            ApiClient::builder("https://localhost:9").transport(network.transport()).build().unwrap();
        let error = failure(&client).await;
        assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Proxy, false), "{error}");
        assert!(error.to_string().contains(cause), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_told_as_that_and_not_asked_for_again() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.6\r\n"[..],
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x00\x00\x00\x04\x00\x00\x00\x00\x00",
        b"220 mail.example ESMTP\r\n",
    ] {
        for at_once in [false, true] {
            let client = ApiClient::builder(format!("http://{}", speaking(bytes, at_once).await)).retry(3);
            let error = failure(&client.build().unwrap()).await;
            assert_eq!(error.kind(), TransportErrorKind::NotHttp, "{bytes:?} {at_once}: {error} {error:?}");
            assert!(error.to_string().starts_with("the answer of the server http"), "{error}");
        }
    }
    // One that does not speak HTTP/2 although it said so. There, what one call got may fail another, which
    // may be sent again.
    let authority = Authority::new();
    let server = Server::start(Setup::h2(&authority), |mut connection| async move {
        let _ = connection.stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1").await;
        let _ = connection.stream.flush().await;
        let _ = connection.stream.read(&mut [0; 4096]).await;
    })
    .await;
    let error = failure(&client(&server.url(), &authority).build().unwrap()).await;
    assert_eq!(error.kind(), TransportErrorKind::Request, "{error} {error:?}");
    assert!(error.to_string().contains("broke the rules of HTTP/2"), "{error}");
}

#[tokio::test]
async fn a_call_whose_time_is_over_says_what_it_waited_for() {
    let authority = Authority::new();
    let hanging = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = hanging.local_addr().unwrap().port();
    let client_of = |url: &str| client(url, &authority).build().unwrap();
    let connects = client_of(&format!("https://localhost:{port}"));
    // Its connection is there before the call that it does not answer.
    let server = Server::start(Setup::h2(&authority), |connection| async move {
        let mut frames = Frames::begin(connection).await.unwrap();
        let stream = frames.request().await.unwrap();
        frames.answer(stream, &[], "1").await.unwrap();
        frames.fall_silent().await;
    })
    .await;
    let waits = client_of(&server.url());
    assert_eq!(in_time(waits.open()).await.unwrap(), 1);
    for (client, phase, words) in [
        (connects, TimeoutPhase::Connect, "a connection to the server"),
        (waits, TimeoutPhase::Response, "the server's answer"),
    ] {
        let Err(Error::Timeout(timeout)) = client.open().timeout(Duration::from_millis(300)).await else {
            panic!("{words}")
        };
        assert_eq!(timeout.phase(), phase);
        assert!(timeout.to_string().ends_with(words), "{timeout}");
    }
    // And one that waits no longer than connecting may take.
    let url = format!("https://localhost:{port}");
    let network = Network { connect_timeout: Some(Duration::from_millis(300)), ..trusting(&authority) };
    let impatient = ApiClient::builder(&url).transport(network.transport());
    let error = failure(&impatient.build().unwrap()).await;
    assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Connect, false));
    let told =
        format!("no connection to the server {url} could be made: it took longer than the `connect_timeout`");
    assert!(error.to_string().starts_with(&told), "{error}");
    // The option of the builder comes before that of reqwest, and its limit is named.
    let limited = ApiClient::builder(&url);
    #[cfg(feature = "reqwest")]
    let limited = limited.http(|http| http.connect_timeout(Duration::from_secs(60)));
    let limited = limited.connect_timeout(Duration::from_millis(300));
    let error = failure(&limited.build().unwrap()).await;
    assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Connect, false));
    assert_eq!(error.to_string(), format!("{told} of 300ms"));
}

#[api_client]
trait Hasty {
    #[post("/refresh", timeout = 500ms)]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Spent) -> Result<Pair>;
}

#[derive(Serialize)]
struct Spent(String);

#[derive(Deserialize)]
struct Pair;

impl TokenRequest for Spent {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self(grant.refresh_token()?.expose().to_owned()))
    }
}

impl TokenResponse for Pair {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new("new"))
    }
}

/// It is in no doubt, so that it is not sent once more, and no rejection later is told as a lost rotation.
#[tokio::test]
async fn a_refresh_whose_time_is_over_before_it_has_a_connection_was_not_sent() {
    let hanging = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = HastyClient::builder(format!("https://{}", hanging.local_addr().unwrap())).build().unwrap();
    client.session().sign_in(Tokens::new("access").refresh_token("r0")).unwrap();
    let failed = in_time(client.session().refresh()).await;
    let Err(Error::RefreshUnavailable(error)) = failed else { panic!("{failed:?}") };
    assert!(matches!(error.cause(), UnavailableCause::Timeout), "{error:?}");
    let mut connections = 0;
    while tokio::time::timeout(Duration::from_millis(100), hanging.accept()).await.is_ok() {
        connections += 1;
    }
    assert_eq!(connections, 1);
}
