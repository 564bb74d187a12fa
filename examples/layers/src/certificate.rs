//! A client certificate for one host. A transport picks one of two by the address of each request, so the
//! certificate is shown to the internal host alone, redirects and `#[url]` included.

use std::error::Error;

use sdk_runtime::error::TransportError;
use sdk_runtime::request::Url;
use sdk_runtime::transport::{Transport, TransportFuture, TransportRequest};
use sdk_runtime::{Result, ServiceTransport, api_client};
use sdk_testkit::{Backend, Reply};

/// One transport for the host of the ledger, and one for all others.
struct ByHost<I, O> {
    internal: I,
    others: O,
}

impl<I: Transport, O: Transport> ByHost<I, O> {
    fn to(&self, url: &Url) -> &dyn Transport {
        match url.host_str() {
            Some("ledger.internal") => &self.internal,
            _ => &self.others,
        }
    }
}

impl<I: Transport, O: Transport> Transport for ByHost<I, O> {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        self.to(&request.url).send(request)
    }

    fn check(&self, base: &Url) -> std::result::Result<(), TransportError> {
        self.to(base).check(base)
    }
}

#[api_client]
trait Ledger {
    #[get("/entries/{id}")]
    async fn entry(&self, id: u64) -> Result<String>;

    #[get]
    async fn attachment(&self, #[url] address: &Url) -> Result<String>;
}

pub(crate) async fn run() -> std::result::Result<(), Box<dyn Error>> {
    // In the places of two `HttpTransport`s, one of which has the certificate.
    let named = |name: &'static str| Backend::new().fallback(move |_| async move { Reply::text(name) });
    let (internal, others) = (named("with a certificate"), named("without"));
    let ledger = LedgerClient::builder("https://ledger.internal")
        .transport(ByHost {
            internal: ServiceTransport::new(internal.clone()),
            others: ServiceTransport::new(others.clone()),
        })
        .bearer("a token")
        .build()?;

    assert_eq!(ledger.entry(7).await?, "with a certificate");
    let elsewhere = ["https://files.example/7", "https://ledger.internal.example/7", "https://internal/7"];
    for address in elsewhere {
        assert_eq!(ledger.attachment(&address.parse()?).await?, "without", "{address}");
    }
    // A redirect to another host does not take the certificate along.
    internal.reply("GET", "/entries/{id}", Reply::redirect("https://files.example/8").status(307));
    assert_eq!(ledger.entry(8).await?, "without");
    assert!(others.requests().iter().all(|request| request.bearer().is_none()), "nor the token");
    println!("certificate: one host gets it, and {} requests went without", others.requests().len());
    Ok(())
}
