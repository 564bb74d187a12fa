//! A format that the client does not know: MessagePack in requests and answers, by two small impls.
//!
//! Run it with `cargo run -p message_pack`; it is offline.

use sdk_runtime::{
    Body, Result, ServiceTransport, api_client,
    body::IntoBody,
    response::{BufferedResponse, FromResponse},
};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A value that travels as MessagePack.
struct MessagePack<T>(T);

const MEDIA_TYPE: &str = "application/vnd.msgpack";

impl<T: DeserializeOwned> FromResponse for MessagePack<T> {
    const ACCEPT: Option<&'static str> = Some(MEDIA_TYPE);

    fn from_response(answer: BufferedResponse) -> Result<Self> {
        rmp_serde::from_slice(answer.body()).map(Self).map_err(|error| answer.not_a::<T>(error.to_string()))
    }
}

impl<T: Serialize> IntoBody for MessagePack<T> {
    fn into_body(self) -> Body {
        match rmp_serde::to_vec_named(&self.0) {
            Ok(bytes) => Body::new(bytes).content_type(MEDIA_TYPE),
            Err(_) => Body::invalid("cannot be written as MessagePack"),
        }
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Reading {
    sensor: String,
    celsius: f32,
}

#[api_client(auth = none)]
trait Station {
    /// Stores a reading, and returns it.
    #[put("/readings/{sensor}")]
    async fn keep(
        &self,
        sensor: &str,
        #[body] reading: MessagePack<&Reading>,
    ) -> Result<MessagePack<Reading>>;

    #[get("/readings/{sensor}")]
    async fn reading(&self, sensor: &str) -> Result<Option<MessagePack<Reading>>>;
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    // A server that answers with the body of the request.
    let server = Backend::new().route("PUT", "/readings/{sensor}", |request| async move {
        Reply::bytes(request.body().clone()).header("content-type", MEDIA_TYPE)
    });
    let transport = ServiceTransport::new(server.clone());
    let station = StationClient::builder("http://localhost").transport(transport).build()?;

    let reading = Reading { sensor: "roof".to_owned(), celsius: 21.5 };
    let MessagePack(kept) = station.keep("roof", MessagePack(&reading)).await?;
    assert_eq!(kept, reading);
    let sent = server.last().ok_or("nothing was sent")?;
    assert_eq!(sent.header("content-type"), Some(MEDIA_TYPE));
    assert_eq!(sent.header("accept"), Some(MEDIA_TYPE));
    assert!(station.reading("cellar").await?.is_none());
    println!("{} bytes of MessagePack: {kept:?}", sent.body().len());
    Ok(())
}
