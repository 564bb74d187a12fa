//! The declared client, and the calls that a case makes with it.

use std::convert::Infallible;
use std::error::Error as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Frame;
use sdk_runtime::{
    Body, ByteStream, Error, EventStream, JsonLines, Result, api_client, body::BodyStream,
    error::UnavailableCause,
};
use serde::Deserialize;
use test_support::{LoginResponse, RefreshRequest};

#[derive(Deserialize)]
pub(crate) struct Document {
    pub(crate) id: u64,
    text: String,
}

#[api_client]
pub(crate) trait Api {
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] password: &str) -> Result<LoginResponse>;

    #[get("/json")]
    async fn json(&self, #[query] q: &str) -> Result<Document>;

    /// What is asked when a case is over.
    #[get("/fine")]
    async fn fine(&self) -> Result<Document>;

    #[get("/optional")]
    async fn optional(&self) -> Result<Option<Document>>;

    #[get("/text")]
    async fn text(&self) -> Result<String>;

    #[get("/nothing")]
    async fn nothing(&self) -> Result<()>;

    #[get("/bytes")]
    async fn bytes(&self) -> Result<ByteStream>;

    #[get("/events")]
    async fn events(&self) -> Result<EventStream<Document>>;

    #[get("/lines")]
    async fn lines(&self) -> Result<JsonLines<Document>>;

    #[post("/create")]
    async fn create(&self, #[json] text: &str) -> Result<Document>;

    #[put("/upload")]
    async fn upload(&self, #[body("application/octet-stream")] body: Body) -> Result<Document>;
}

/// Refreshes as long as a refresh takes by default.
#[api_client]
pub(crate) trait Patient {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;
}

/// Gives a refresh up that hangs.
#[api_client]
pub(crate) trait Hasty {
    #[post("/refresh", timeout = 3s)]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;
}

/// The same at a machine that is busy: [`BUSY`] times as long.
#[api_client]
pub(crate) trait HastyAndBusy {
    #[post("/refresh", timeout = 36s)]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;
}

/// How much longer a case waits that is tried again.
pub(crate) const BUSY: u32 = 12;

/// What a case asks of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    Json,
    Optional,
    Text,
    Nothing,
    Bytes,
    /// The first of them, and then no more.
    SomeBytes,
    Events,
    Lines,
    Create,
    /// So many bytes.
    Upload(usize),
    EndlessUpload,
    SignIn,
}

/// What was got before the end, and the error at the end where there is one.
pub(crate) struct Got {
    pub(crate) value: String,
    pub(crate) error: Option<Error>,
}

impl Asks {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Json => "/json",
            Self::Optional => "/optional",
            Self::Text => "/text",
            Self::Nothing => "/nothing",
            Self::Bytes | Self::SomeBytes => "/bytes",
            Self::Events => "/events",
            Self::Lines => "/lines",
            Self::Create => "/create",
            Self::Upload(_) | Self::EndlessUpload => "/upload",
            Self::SignIn => "/login",
        }
    }

    /// The value of the right answer.
    pub(crate) fn whole(self) -> &'static str {
        match self {
            Self::Json | Self::Optional | Self::Create | Self::Upload(_) | Self::EndlessUpload => {
                "7 planted;"
            }
            Self::Text | Self::Bytes => crate::answers::DOCUMENT,
            Self::Nothing | Self::SomeBytes => "",
            Self::Events | Self::Lines => "1 planted;2 planted;3 planted;",
            Self::SignIn => "signed in",
        }
    }

    pub(crate) async fn of(self, api: &ApiClient) -> Got {
        let mut value = String::new();
        let error = self.read(api, &mut value).await.err();
        Got { value, error }
    }

    async fn read(self, api: &ApiClient, value: &mut String) -> Result<()> {
        match self {
            Self::Json => value.push_str(&shown(&api.json("planted-query").await?)),
            Self::Optional => {
                value.push_str(&api.optional().await?.as_ref().map_or("none".to_owned(), shown))
            }
            Self::Text => value.push_str(&api.text().await?),
            Self::Nothing => api.nothing().await?,
            Self::Create => value.push_str(&shown(&api.create("planted-body").await?)),
            Self::Upload(length) => {
                let body = Body::new(vec![b'p'; length]);
                value.push_str(&shown(&api.upload(body).await?));
            }
            Self::EndlessUpload => {
                let body = Body::factory(|| BodyStream::new(Endless));
                value.push_str(&shown(&api.upload(body).await?));
            }
            Self::SignIn => {
                api.login("planted-password").await?;
                value.push_str("signed in");
            }
            Self::Bytes => {
                let mut stream = api.bytes().await?;
                while let Some(piece) = stream.next().await {
                    value.push_str(&String::from_utf8_lossy(&piece?));
                }
            }
            Self::SomeBytes => {
                api.bytes().await?.next().await.transpose()?;
            }
            Self::Events => {
                let mut stream = api.events().await?;
                while let Some(event) = stream.next().await {
                    value.push_str(&shown(&event?));
                }
            }
            Self::Lines => {
                let mut stream = api.lines().await?;
                while let Some(line) = stream.next().await {
                    value.push_str(&shown(&line?));
                }
            }
        }
        Ok(())
    }
}

/// A body without end.
struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'p'; 16 << 10])))))
    }
}

fn shown(document: &Document) -> String {
    format!("{} {};", document.id, document.text)
}

/// Variant and kind of an error, as the table shows them.
pub(crate) fn kind(error: &Error) -> String {
    match error {
        Error::Transport(error) => format!("Transport({:?})", error.kind()),
        Error::Timeout(timeout) => format!("Timeout({:?})", timeout.phase()),
        Error::Status(answer) => format!("Status({})", answer.status().as_u16()),
        Error::SessionExpired(expired) => format!("SessionExpired({:?})", expired.reason()),
        Error::Decode(_) => "Decode".to_owned(),
        Error::BodyTooLarge(_) => "BodyTooLarge".to_owned(),
        Error::InvalidRequest(_) => "InvalidRequest".to_owned(),
        Error::NotSignedIn(_) => "NotSignedIn".to_owned(),
        Error::RefreshUnavailable(unavailable) => {
            let cause = match unavailable.cause() {
                UnavailableCause::Transport(error) => format!("Transport({:?})", error.kind()),
                UnavailableCause::Status(answer) => format!("Status({})", answer.status().as_u16()),
                UnavailableCause::Decode(_) => "Decode".to_owned(),
                UnavailableCause::Timeout => "Timeout".to_owned(),
                other => format!("{other:?}"),
            };
            format!("RefreshUnavailable({cause})")
        }
        other => format!("{other:?}"),
    }
}

/// Every text that an error shows.
pub(crate) fn texts(error: &Error) -> String {
    let mut texts = format!("{error}\n{error:?}\n{error:#?}\n");
    let mut next = error.source();
    while let Some(source) = next {
        texts.push_str(&format!("{source}\n{source:?}\n"));
        next = source.source();
    }
    texts
}
