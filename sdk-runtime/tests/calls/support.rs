//! An API as the macro would generate it, over a server in memory that follows a script.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sdk_runtime::__private::{
    ApiClient, Call, Client, ClientBuilder, Endpoint, Grant, RefreshEndpoint, Request, TokenAnswer, body,
};
use sdk_runtime::{
    ServiceTransport, Session, Tokens,
    error::{TransportError, TransportErrorKind},
    response::BufferedResponse,
    transport::{Transport, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, Reply};

pub(crate) struct Api(pub(crate) Client);

static REFRESH: Endpoint = Endpoint::new("Api::refresh", "POST", "/refresh");
static REFRESH_BY: RefreshEndpoint = RefreshEndpoint::new(&REFRESH, supply, tokens);

fn supply(grant: &Grant, request: &mut Request) -> Option<()> {
    body(request, grant.refresh_token()?.expose().to_owned(), None);
    Some(())
}

/// `<access token> <scope> <scope> …`
fn tokens(answer: BufferedResponse) -> TokenAnswer {
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    let mut words = text.split(' ');
    Ok(Ok(Tokens::new(words.next().unwrap_or_default()).scopes(words)))
}

impl ApiClient for Api {
    const NAME: &'static str = "Api";
    const ENDPOINTS: &'static [&'static Endpoint] = &[];
    const REFRESH: Option<&'static RefreshEndpoint> = Some(&REFRESH_BY);

    fn from_client(client: Client) -> Self {
        Self(client)
    }
}

impl Api {
    pub(crate) fn session(&self) -> &Session {
        self.0.session()
    }

    /// The call of an endpoint whose answer is text.
    pub(crate) fn call(&self, endpoint: &'static Endpoint) -> Call<String> {
        let mut request = self.0.request(endpoint);
        if endpoint.method() == "POST" {
            body(&mut request, "contents", None);
        }
        request.finish(decoder!(String))
    }
}

macro_rules! decoder {
    ($type:ty) => {
        sdk_runtime::__private::Decode::<$type>::NEW.decoder()
    };
}
pub(crate) use decoder;

/// A client with a signed-in user.
pub(crate) fn client(
    backend: &Backend,
    configure: impl FnOnce(ClientBuilder<Api>) -> ClientBuilder<Api>,
) -> Api {
    let builder = ClientBuilder::new("http://localhost").transport(ServiceTransport::new(backend.clone()));
    let api: Api = configure(builder).build().unwrap();
    api.session().sign_in(tokens_of("ann")).unwrap();
    api
}

pub(crate) fn tokens_of(name: &str) -> Tokens {
    Tokens::new(name).refresh_token(format!("{name}'s"))
}

/// Answers each request to a route with the next of `replies`, and with the last of them from then on. A
/// caller that asks without end gets a broken connection after 1,000 of them.
pub(crate) fn script(backend: &Backend, method: &str, path: &str, replies: Vec<Reply>) {
    let next = Arc::new(AtomicUsize::new(0));
    backend.route(method, path, move |_| {
        let reply = match next.fetch_add(1, Ordering::SeqCst) {
            1_000.. => Reply::reset(),
            at => replies[at.min(replies.len() - 1)].clone(),
        };
        async move { reply }
    });
}

pub(crate) fn endpoint(endpoint: Endpoint) -> &'static Endpoint {
    Box::leak(Box::new(endpoint))
}

/// What every request to `path` had in a header, in order.
pub(crate) fn headers(backend: &Backend, path: &str, name: &str) -> Vec<Option<String>> {
    let requests = backend.requests();
    let of_path = requests.iter().filter(|request| request.path() == path);
    of_path.map(|request| request.headers().get(name).map(|it| it.to_str().unwrap().to_owned())).collect()
}

/// Fails the first sends in a way of its own, as if no connection could be made or it broke.
pub(crate) struct Faulty {
    pub(crate) backend: Backend,
    pub(crate) kind: TransportErrorKind,
    pub(crate) faults: usize,
    pub(crate) sends: Arc<AtomicUsize>,
}

impl Transport for Faulty {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let sent = self.sends.fetch_add(1, Ordering::SeqCst);
        assert!(sent < 20, "it is sent without end");
        if sent < self.faults {
            let error = TransportError::new(self.kind, "on purpose");
            return Box::pin(async move { Err(error) });
        }
        ServiceTransport::new(self.backend.clone()).send(request)
    }
}
