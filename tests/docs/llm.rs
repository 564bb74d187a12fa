//! `docs/cookbook/llm.md`.

use sdk_runtime::{Result, api_client, stream::ServerEvents};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
pub struct Chat<'a> {
    pub model: &'a str,
    pub messages: &'a [Message<'a>],
    pub stream: bool,
}

#[derive(Serialize)]
pub struct Message<'a> {
    pub role: &'a str,
    pub content: &'a str,
}

#[derive(Deserialize)]
pub struct Chunk {
    pub choices: Vec<Choice>,
}

#[derive(Deserialize)]
pub struct Choice {
    pub delta: Delta,
}

#[derive(Deserialize)]
pub struct Delta {
    pub content: Option<String>,
}

#[api_client(base = "/v1")]
pub trait Llm {
    /// The timeout ends with the first byte of the answer, and does not limit the events.
    #[post("/chat/completions", timeout = 60s, retry = 3, idempotent)]
    async fn chat(&self, #[json] chat: &Chat<'_>) -> Result<ServerEvents>;
}

use sdk_runtime::{Attach, Error, ServiceTransport};
use sdk_testkit::{Reply, StubRouter};

use std::error::Error as StdError;

async fn answer(llm: &LlmClient, question: &str) -> Result<String, Box<dyn StdError>> {
    let messages = [Message { role: "user", content: question }];
    let mut events = llm.chat(&Chat { model: "small", messages: &messages, stream: true }).await?;
    let mut text = String::new();
    while let Some(event) = events.next().await {
        match event?.data() {
            "[DONE]" => break,
            data => {
                let chunk: Chunk = serde_json::from_str(data)?;
                text.extend(chunk.choices.into_iter().filter_map(|choice| choice.delta.content));
            }
        }
    }
    Ok(text)
}

use sdk_runtime::EventStream;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    ContentBlockDelta {
        delta: TextDelta,
    },
    MessageStop,
    /// A kind that a later version of the server adds.
    #[serde(other)]
    Unknown,
}

#[derive(Debug, PartialEq, Deserialize)]
pub struct TextDelta {
    pub text: String,
}

#[api_client(base = "/v1", headers("x-api-version" = "2023-06-01"))]
pub trait Messages {
    #[post("/messages", timeout = 60s)]
    async fn stream(&self, #[json] chat: &Chat<'_>) -> Result<EventStream<Event>>;
}

use sdk_runtime::stream::ByteStream;

struct FakeMessages;

impl Messages for FakeMessages {
    async fn stream(&self, _: &Chat<'_>) -> Result<EventStream<Event>> {
        let events = ["data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"Hi\"}}\n\n"];
        Ok(ByteStream::from_iter(events).into())
    }
}

fn events(text: &str) -> Reply {
    Reply::text(text).header("content-type", "text/event-stream")
}

#[tokio::test(start_paused = true)]
async fn the_words_of_an_answer_arrive_one_by_one() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(LlmClient::ENDPOINTS);
    let chunk = |word: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{word}\"}}}}]}}\n\n");
    let stream = format!("{}{}data: [DONE]\n\n", chunk("Hello"), chunk(", world"));
    stub.endpoint("chat").once(Reply::empty().status(429).header("retry-after", "7")).reply(events(&stream));
    let builder = LlmClient::builder("http://localhost").attach(Attach::raw("x-api-key")).bearer("k3y");
    let llm = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    assert_eq!(answer(&llm, "Say hello").await?, "Hello, world");
    let requests = stub.endpoint("chat").calls();
    assert_eq!(requests.len(), 2);
    let key = |at: usize| requests[at].header("idempotency-key").unwrap();
    assert_eq!(key(0), key(1));
    assert_eq!(requests[1].header("accept"), Some("text/event-stream"));
    assert!(requests[1].received_at() - requests[0].received_at() >= std::time::Duration::from_secs(7));
    Ok(())
}

#[tokio::test]
async fn events_have_kinds() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(MessagesClient::ENDPOINTS);
    let stream = "event: ping\ndata: {\"type\":\"ping\"}\n\n\
                  event: content_block_delta\n\
                  data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"Hi\"}}\n\n\
                  data: no JSON\n\n\
                  event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    stub.endpoint("stream").reply(events(stream));
    let builder = MessagesClient::builder("http://localhost").attach(Attach::raw("x-api-key")).bearer("k3y");
    let client = builder.transport(ServiceTransport::new(stub)).build()?;
    let chat = Chat { model: "small", messages: &[], stream: true };
    let mut events = client.stream(&chat).await?;
    let hi = || Event::ContentBlockDelta { delta: TextDelta { text: "Hi".to_owned() } };
    assert_eq!(events.next().await.transpose()?, Some(Event::Unknown));
    assert_eq!(events.next().await.transpose()?, Some(hi()));
    assert!(matches!(events.next().await, Some(Err(Error::Decode(_)))));
    assert_eq!(events.next().await.transpose()?, Some(Event::MessageStop));
    assert!(events.next().await.is_none());
    assert_eq!(FakeMessages.stream(&chat).await?.next().await.transpose()?, Some(hi()));
    Ok(())
}
