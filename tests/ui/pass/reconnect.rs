//! Streams that connect again, by each way to write their types.

#![deny(warnings)]

use sdk_runtime::stream::{FromStream, Reconnect, ServerEvents};
use sdk_runtime::{ByteStream, Error, EventStream, Response, Result, api_client};
use serde::de::DeserializeOwned;

type Events<T = EventStream<String>> = Result<T>;

/// A stream of the user's own.
pub struct Own(pub ServerEvents);

impl FromStream for Own {
    const ACCEPT: Option<&'static str> = ServerEvents::ACCEPT;

    fn from_stream(bytes: ByteStream) -> Result<Self, Error> {
        ServerEvents::from_stream(bytes).map(Self)
    }
}

impl Reconnect for Own {}

#[api_client(dyn)]
pub trait Feed {
    #[get("/a", reconnect = 1)]
    async fn events(&self) -> Result<EventStream<String>>;
    #[get("/b", reconnect = 1000, retry = 2, timeout = 5s, attempt_timeout = 1s)]
    async fn undecoded(&self, #[header("last-event-id")] id: Option<&str>) -> Result<ServerEvents>;
    #[get("/c", reconnect = 2)]
    async fn full(&self) -> Result<Response<Option<EventStream<u32>>>>;
    #[get("/d", reconnect = 2)]
    async fn maybe(&self) -> Result<Option<ServerEvents>, Error>;
    #[get("/e", reconnect = 2)]
    async fn alias(&self) -> Events;
    #[get("/f", reconnect = 2)]
    async fn own(&self) -> Result<Own>;
    #[post("/g", reconnect = 2, idempotent)]
    async fn posted(&self, #[json] question: &str) -> Result<ServerEvents>;
}

#[api_client]
pub trait Of<T: DeserializeOwned + Send + Sync + 'static> {
    #[get("/a", reconnect = 1)]
    async fn events(&self) -> Result<EventStream<T>>;
    #[get("/b", reconnect = 1)]
    async fn chosen<U: DeserializeOwned + Send>(&self) -> Result<EventStream<U>>;
}

fn main() {
    let feed = FeedClient::new("https://feed.example").unwrap();
    let _ = (feed.events(), feed.undecoded(Some("1")), feed.full(), feed.maybe());
    let _ = (feed.alias(), feed.own(), feed.posted("why?"));
    let of = OfClient::<u32>::new("https://feed.example").unwrap();
    let _ = (of.events(), of.chosen::<String>());
}
