//! `docs/cookbook/events.md`.

use std::cell::Cell;
use std::error::Error as StdError;

use sdk_runtime::stream::{EventStream, ServerEvents};
use sdk_runtime::{Error, Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, StubRouter};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Issue {
    pub title: String,
}

#[api_client]
pub trait Feed {
    /// Up to 5 connections in a row may bring no event.
    #[get("/events", reconnect = 5)]
    async fn events(&self) -> Result<EventStream<Issue>>;

    #[get("/events", reconnect = 5)]
    async fn events_after(&self, #[header("last-event-id")] id: Option<&str>) -> Result<ServerEvents>;
}

/// Shows each event until the server says that there are no more.
pub async fn follow(feed: &FeedClient, mut show: impl FnMut(Issue)) -> Result<()> {
    let mut events = feed.events().await?;
    while let Some(issue) = events.next().await {
        show(issue?);
    }
    Ok(())
}

/// Handles each event, and stores where to go on.
pub async fn work(feed: &FeedClient, stored: &mut Option<String>, handle: impl Fn(&str)) -> Result<()> {
    let mut events = feed.events_after(stored.as_deref()).await?;
    while let Some(event) = events.next().await {
        let event = event?;
        handle(event.data());
        *stored = Some(event.id().to_owned());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_after_the_last_event() -> std::result::Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(FeedClient::ENDPOINTS);
    let events = |text: &'static str| Reply::text(text).header("content-type", "text/event-stream");
    let cut = "id: 1\ndata: {\"title\":\"a\"}\n\nid: 2\ndata: {\"title\":\"b\"}\n\nid: 3\ndata: cut";
    stub.endpoint("events")
        .once(events(cut))
        .once(Reply::empty().status(503))
        .once(events("data: {\"title\":\"c\"}\n\n"))
        .reply(Reply::empty().status(204));
    let transport = ServiceTransport::new(stub.clone());
    let feed = FeedClient::builder("http://localhost").bearer("token").transport(transport).build()?;
    let mut seen = String::new();
    follow(&feed, |issue| seen.push_str(&issue.title)).await?;
    assert_eq!(seen, "abc");
    let ids: Vec<_> = stub.backend().requests();
    let ids: Vec<_> = ids.iter().map(|request| request.header("last-event-id")).collect();
    assert_eq!(ids, [None, Some("2"), Some("2"), Some("2")]);

    stub.endpoint("events_after").once(events("id: 8\ndata: d\n\n")).reply(Reply::text("gone").status(404));
    let (mut stored, handled) = (Some("7".to_owned()), Cell::new(0));
    let ended = work(&feed, &mut stored, |data| handled.set(data.len())).await;
    assert!(matches!(ended, Err(Error::Status(answer)) if answer.status() == 404));
    assert_eq!((stored.as_deref(), handled.get()), (Some("8"), 1));
    let requests = stub.backend().requests();
    assert_eq!(requests[4].header("last-event-id"), Some("7"));
    Ok(())
}
