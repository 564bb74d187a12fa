//! A stream of events that survives cuts, a restart of the server and the end of its token:
//! `cargo run --example events`, offline.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use sdk_runtime::{EventStream, Result, ServiceTransport, TokenRequest, TokenResponse, api_client};
use sdk_testkit::{Reply, Request, TokenServer};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Login<'a> {
    username: &'a str,
    password: &'a str,
}

#[derive(Serialize, TokenRequest)]
struct Refresh {
    refresh_token: String,
}

#[derive(Deserialize, TokenResponse)]
struct Issued {
    access_token: String,
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Price {
    share: String,
    cents: u64,
}

#[api_client]
trait Stocks {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] login: &Login<'_>) -> Result<Issued>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> Result<Issued>;

    /// Up to 5 connections in a row may bring no event.
    #[get("/prices", reconnect = 5)]
    async fn prices(&self) -> Result<EventStream<Price>>;
}

/// The text of the events from `first` to `last`. The server asks for a pause of 200 ms.
fn events(first: u64, last: u64) -> String {
    let event = |id| format!("id: {id}\ndata: {{\"share\":\"ACME\",\"cents\":{}}}\n\n", 1000 + id);
    format!("retry: 200\n\n{}", (first..=last).map(event).collect::<String>())
}

/// What the server does on each connection, after the event that the client has seen last.
fn answer(connection: usize, request: &Request) -> Reply {
    let seen = request.header("last-event-id").and_then(|id| id.parse().ok()).unwrap_or(0);
    let stream = |text: String| Reply::text(text).header("content-type", "text/event-stream");
    match connection {
        // Two events, and the third is cut in the middle.
        1 => stream(events(seen + 1, seen + 2) + "id: 3\ndata: {\"share\":\"AC"),
        2 => Reply::reset(),
        3 => Reply::empty().status(503),
        4 => stream(events(seen + 1, seen + 1)),
        5 => stream(events(seen + 1, seen + 2)),
        _ => Reply::empty(),
    }
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let (start, connections) = (Instant::now(), AtomicUsize::new(0));
    let server = TokenServer::new();
    let expiring = server.clone();
    let server = server.guard("GET", "/prices", move |request, user| {
        let connection = connections.fetch_add(1, Ordering::Relaxed) + 1;
        let after = request.header("last-event-id").unwrap_or("none");
        let at = start.elapsed().as_secs_f64();
        println!("{at:4.1} s  server  connection {connection} of {}, after event {after}", user.name());
        let reply = answer(connection, &request);
        if connection == 4 {
            println!("{at:4.1} s  server  every access token is over now");
            expiring.expire_access_tokens();
        }
        async move { reply }
    });

    let transport = ServiceTransport::new(server.backend().clone());
    let stocks = StocksClient::builder("https://stocks.example").transport(transport).build()?;
    stocks.login(&Login { username: "ann", password: "right" }).await?;

    let (mut prices, mut seen) = (stocks.prices().await?, Vec::new());
    while let Some(price) = prices.next().await {
        let Price { share, cents } = price?;
        println!("{:4.1} s  client  {share} at {cents} cents", start.elapsed().as_secs_f64());
        seen.push(cents);
    }
    println!("{:4.1} s  client  the server has no more events", start.elapsed().as_secs_f64());
    assert_eq!(seen, [1001, 1002, 1003, 1004, 1005], "each event once, and none is lost");
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rejected_calls), (1, 1));
    println!("ok: 5 events, each once, over 6 connections and 2 tokens");
    Ok(())
}
