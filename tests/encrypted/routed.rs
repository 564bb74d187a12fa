//! A transport that picks one of two by address, of which one has the certificate of the client.

use sdk_runtime::error::TransportError;
use sdk_runtime::request::Url;
use sdk_runtime::transport::{Transport, TransportFuture, TransportRequest};
use sdk_runtime::{Error, error::TransportErrorKind};
use serde_json::{Value, json};

use crate::api::{ApiClient, Application, in_time, trusting};
use crate::network::{Chosen, Network};
use crate::support::authority::Authority;
use crate::support::h2;
use crate::support::server::{Server, Setup};

struct ByPort {
    internal: (Option<u16>, Chosen),
    others: Chosen,
}

impl ByPort {
    fn to(&self, url: &Url) -> &Chosen {
        let (port, internal) = &self.internal;
        if url.port() == *port { internal } else { &self.others }
    }
}

impl Transport for ByPort {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        self.to(&request.url).send(request)
    }

    fn check(&self, base: &Url) -> Result<(), TransportError> {
        self.to(base).check(base)
    }
}

/// A server that speaks with clients alone which show a certificate.
async fn asking(authority: &Authority) -> Server {
    let setup = Setup { tls: authority.server(&authority.issue("localhost", |_| ()), &["h2"], true) };
    Server::start(setup, |connection| {
        h2::serve(connection, |exchange| Application::default().answer(exchange))
    })
    .await
}

#[tokio::test]
async fn a_certificate_is_shown_to_the_host_that_its_transport_is_picked_for() {
    let authority = Authority::new();
    let (internal, other) = (asking(&authority).await, asking(&authority).await);
    let own = authority.issue("client", |_| ()).pem();
    let transport =
        |shows: bool| Network { identity: shows.then(|| own.clone()), ..trusting(&authority) }.transport();
    let base: Url = internal.url().parse().unwrap();
    let picking = ByPort { internal: (base.port(), transport(true)), others: transport(false) };
    let client = ApiClient::builder(internal.url()).transport(picking).build().unwrap();
    client.session().sign_in(sdk_runtime::Tokens::new("a0")).unwrap();
    assert_eq!(in_time(client.issue(7)).await.unwrap(), 7);
    let elsewhere = format!("{}/issues/8", other.url());
    let Err(Error::Transport(error)) = in_time(client.at(&elsewhere)).await else { panic!("shown") };
    assert!(matches!(error.kind(), TransportErrorKind::Tls | TransportErrorKind::Request), "{error:?}");

    // One transport for both shows it to each server that asks.
    let client = ApiClient::builder(internal.url()).transport(transport(true)).build().unwrap();
    client.session().sign_in(sdk_runtime::Tokens::new("a0")).unwrap();
    let answer: Value = in_time(client.at(&elsewhere)).await.unwrap();
    assert_eq!(answer, json!(8));
}
