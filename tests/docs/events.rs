//! `docs/cookbook/events.md`.

use std::error::Error as StdError;
use std::time::Duration;

use sdk_runtime::stream::{EventStream, ServerEvent, ServerEvents};
use sdk_runtime::{Error, Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, StubRouter};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
pub struct Issue {
    pub title: String,
}

#[api_client]
pub trait Feed {
    #[get("/events")]
    async fn events(&self) -> Result<EventStream<Issue>>;

    #[get("/events")]
    async fn events_after(&self, #[header("last-event-id")] id: Option<&str>) -> Result<ServerEvents>;
}

/// Shows each event, until the server ends it with an error such as a 404.
pub async fn follow(feed: &FeedClient, mut show: impl FnMut(&ServerEvent)) -> Result<()> {
    let mut last: Option<String> = None;
    loop {
        let mut events = feed.events_after(last.as_deref()).await?;
        while let Some(Ok(event)) = events.next().await {
            show(&event);
        }
        // The stream has ended or broken off. An event that was cut counts as not seen.
        if !events.last_event_id().is_empty() {
            last = Some(events.last_event_id().to_owned());
        }
        tokio::time::sleep(events.retry().unwrap_or(Duration::from_secs(3))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_after_the_last_event() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(FeedClient::ENDPOINTS);
    let events = |text: &'static str| Reply::text(text).header("content-type", "text/event-stream");
    stub.endpoint("events_after")
        .once(Reply::events([json!({ "title": "leak" })]))
        .once(events("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: cut"))
        .once(events("data: c\n\n"))
        .reply(Reply::empty().status(404));
    let transport = ServiceTransport::new(stub.clone());
    let feed = FeedClient::builder("http://localhost").bearer("token").transport(transport).build()?;
    let title = feed.events().await?.next().await.transpose()?.map(|issue| issue.title);
    assert_eq!(title.as_deref(), Some("leak"));

    let mut seen = Vec::new();
    let ended = follow(&feed, |event| seen.push(event.data().to_owned())).await;
    assert!(matches!(ended, Err(Error::Status(answer)) if answer.status() == 404));
    assert_eq!(seen, ["a", "b", "c"]);
    let ids: Vec<_> = stub.backend().requests();
    let ids: Vec<_> = ids.iter().skip(1).map(|request| request.header("last-event-id")).collect();
    assert_eq!(ids, [None, Some("2"), Some("2")]);
    Ok(())
}
