//! Addresses that are too long to send: the argument's fault if the caller gave them, the server's if a
//! redirect did.

use sdk_runtime::{
    Call, Error, Page, Pages, Result, ServiceTransport, api_client, error::TransportErrorKind,
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use serde_json::json;

use crate::redirect::chain;
use crate::wire::accepting;

#[derive(Debug, Deserialize, Page)]
struct Found {
    #[page(items)]
    items: Vec<u32>,
    #[page(next)]
    next: Option<String>,
}

#[api_client(auth = none, timeout = none)]
trait Long {
    #[get("/from", retry = 2)]
    async fn get(&self) -> Result<()>;
    #[put("/from", retry = 2)]
    async fn put(&self, #[json] body: u8) -> Result<()>;
    #[get("/list", paginate = link, retry = 2)]
    fn by_link(&self) -> Pages<Vec<u32>>;
    #[get("/found", paginate = cursor(after), retry = 2)]
    fn by_cursor(&self, #[query] after: Option<&str>) -> Pages<Found>;
    #[get("/numbers", paginate = page(number))]
    fn by_number(&self, #[query] number: Option<u64>, #[query] q: &str) -> Pages<Vec<u32>>;
    #[get]
    async fn at(&self, #[url] address: &str) -> Result<()>;
    #[get("/{segment}")]
    async fn path(&self, segment: &str) -> Result<()>;
    #[get("/q")]
    async fn query(&self, #[query] short: u8, #[query] long: &str) -> Result<()>;
}

/// A client in memory and one over a socket, of one server.
async fn clients(backend: &Backend) -> (sdk_testkit::Server, [LongClient; 2]) {
    let server = backend.serve().await.unwrap();
    let memory = LongClient::builder(server.url()).transport(ServiceTransport::new(backend.clone()));
    let clients = [memory.build().unwrap(), LongClient::new(server.url()).unwrap()];
    (server, clients)
}

#[tokio::test]
async fn a_location_that_is_too_long_is_the_servers_mistake() {
    // The second is short enough before it is encoded.
    for location in [format!("/{}", "a".repeat(65_536)), format!("/{}", "ü".repeat(20_000))] {
        let backend = accepting();
        backend.reply("GET", "/from", Reply::redirect("/").header("location", &location));
        backend.reply("PUT", "/from", Reply::redirect("/").status(307).header("location", &location));
        let (_server, clients) = clients(&backend).await;
        for client in clients {
            for call in [client.get(), client.put(1)] {
                let before = backend.requests().len();
                let error = call.await.unwrap_err();
                let text = chain(&error);
                let Error::Transport(error) = error else { panic!("{error:?}") };
                assert_eq!(error.kind(), TransportErrorKind::Redirect, "{text}");
                assert!(text.contains("longer than") && text.len() < 300, "{text}");
                assert_eq!(backend.requests().len(), before + 1, "it is not sent again");
            }
        }
    }
}

#[tokio::test]
async fn a_next_page_that_is_too_long_is_told_as_that() {
    let link = format!("<?after={}>; rel=next", "a".repeat(65_536));
    let backend = accepting().reply("GET", "/list", Reply::json(&[1]).header("link", &link)).reply(
        "GET",
        "/found",
        Reply::json(&json!({ "items": [1], "next": "ü".repeat(20_000) })),
    );
    let (_server, clients) = clients(&backend).await;
    for client in clients {
        let mut pages = client.by_link();
        assert_eq!(pages.next().await.unwrap().unwrap(), [1]);
        told("Link", pages.next().await.unwrap());
        assert!(pages.next().await.is_none());
        let mut pages = client.by_cursor(None);
        assert_eq!(pages.next().await.unwrap().unwrap().items, [1]);
        told("after", pages.next().await.unwrap());
        assert!(pages.next().await.is_none());
    }
    assert_eq!(backend.requests().len(), 4, "none of them is sent");
}

/// `LONGEST` bytes can be sent, and one more cannot.
#[tokio::test]
async fn an_argument_that_makes_an_address_too_long_is_named() {
    const LONGEST: usize = 65_534;
    let backend = accepting();
    let (_server, clients) = clients(&backend).await;
    for (at, client) in clients.iter().enumerate() {
        type Make = fn(&LongClient, &str) -> Call<()>;
        let path: Make = |client, text| client.path(text);
        let query: Make = |client, text| client.query(1, text);
        let address: Make = |client, text| client.at(&format!("/{text}"));
        for (make, argument) in [(path, "/{segment}"), (query, "/q"), (address, "address")] {
            let room = LONGEST
                - make(client, "").request().map_or_else(
                    // A path argument is not empty.
                    |_| make(client, "x").request().unwrap().url().as_str().len() - 1,
                    |it| it.url().as_str().len(),
                );
            told(argument, make(client, &"a".repeat(room + 1)).await);
            told(argument, make(client, &"ü".repeat(room / 6 + 1)).await);
            // A server of the testkit's takes no head of that size from a socket.
            let longest = make(client, &"a".repeat(room));
            if at == 0 {
                longest.await.unwrap();
            } else {
                longest.request().unwrap();
            }
        }
        let room = LONGEST - client.query(1, "").request().unwrap().url().as_str().len();
        // The number of the page is what makes it too long.
        let mut pages = client.by_number(None, &"a".repeat(room));
        told("number", pages.next().await.unwrap());
    }
}

fn told(argument: &str, outcome: Result<impl std::fmt::Debug>) {
    match outcome {
        Err(Error::InvalidRequest(error)) => {
            assert_eq!(error.argument(), argument);
            assert!(error.reason().contains("65534 bytes"), "{error}");
        }
        other => panic!("{argument}: {other:?}"),
    }
}
