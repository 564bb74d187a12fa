//! Streams through a trait: of the client, of a fake, and of either without its type.

use sdk_runtime::stream::ServerEvents;
use sdk_runtime::{ByteStream, EventStream, JsonLines, Response, Result, ServiceTransport, api_client};
use sdk_testkit::{Backend, Reply};

#[api_client(dyn, auth = none)]
pub trait Streams {
    #[get("/bytes")]
    async fn bytes(&self) -> Result<ByteStream>;
    #[get("/lines")]
    async fn lines(&self) -> Result<JsonLines<u32>>;
    #[get("/events")]
    async fn numbers(&self) -> Result<EventStream<u32>>;
    #[get("/events")]
    async fn events(&self) -> Result<ServerEvents>;
    #[get("/events")]
    async fn maybe(&self) -> Result<Option<Response<EventStream<u32>>>>;
    #[get("/again", reconnect = 2)]
    async fn again(&self) -> Result<EventStream<u32>>;
}

const EVENTS: &str = "id: 1\ndata: 7\n\nid: 2\ndata: 8\n\n";

/// A fake, whose streams are made of text. One that connects again is of what it is given.
struct Fake;

impl Streams for Fake {
    async fn bytes(&self) -> Result<ByteStream> {
        Ok(["seven", "eight"].into_iter().collect())
    }

    async fn lines(&self) -> Result<JsonLines<u32>> {
        Ok(ByteStream::from_iter(["7\n", "8"]).into())
    }

    async fn numbers(&self) -> Result<EventStream<u32>> {
        Ok(ByteStream::from_iter([EVENTS]).into())
    }

    async fn events(&self) -> Result<ServerEvents> {
        Ok(ByteStream::from_iter([EVENTS]).into())
    }

    async fn maybe(&self) -> Result<Option<Response<EventStream<u32>>>> {
        Ok(Some(Response::new(Default::default(), self.numbers().await?)))
    }

    async fn again(&self) -> Result<EventStream<u32>> {
        self.numbers().await
    }
}

fn client() -> StreamsClient {
    let events = |text: &str| Reply::text(text).header("content-type", "text/event-stream");
    let backend = Backend::new()
        .reply("GET", "/bytes", Reply::text("seveneight"))
        .reply("GET", "/lines", Reply::text("7\n8\n"))
        .reply("GET", "/events", events(EVENTS))
        .route("GET", "/again", move |request| {
            let reply = match request.header("last-event-id") {
                None => events("id: 1\ndata: 7\n\n"),
                Some("1") => events("id: 2\ndata: 8\n\n"),
                Some(_) => Reply::empty(),
            };
            async move { reply }
        });
    let builder = StreamsClient::builder("http://localhost");
    builder.transport(ServiceTransport::new(backend)).build().unwrap()
}

/// Reads each stream to its end, as an application does that knows the trait alone.
async fn read(streams: &impl Streams) -> Result<()> {
    let (mut bytes, mut all) = (streams.bytes().await?, Vec::new());
    while let Some(piece) = bytes.next().await {
        all.extend_from_slice(&piece?);
    }
    assert_eq!(all, b"seveneight");
    let mut lines = streams.lines().await?;
    assert_eq!((lines.next().await.transpose()?, lines.next().await.transpose()?), (Some(7), Some(8)));
    assert!(lines.next().await.is_none());
    let maybe = streams.maybe().await?.unwrap().into_inner();
    for mut numbers in [streams.numbers().await?, maybe, streams.again().await?] {
        assert_eq!(
            (numbers.next().await.transpose()?, numbers.next().await.transpose()?),
            (Some(7), Some(8))
        );
        assert!(numbers.next().await.is_none());
    }
    let mut events = streams.events().await?;
    let mut ids = Vec::new();
    while let Some(event) = events.next().await {
        ids.push(event?.id().to_owned());
    }
    assert_eq!(ids, ["1", "2"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_stream_goes_through_an_erased_trait() {
    read(&client()).await.unwrap();
    read(&Fake).await.unwrap();
    for erased in [DynStreams::new(Fake), DynStreams::from(client()), DynStreams::new(client())] {
        read(&erased).await.unwrap();
        // On another thread, too.
        tokio::spawn(async move { read(&DynStreams::new(erased)).await }).await.unwrap().unwrap();
    }
}
