//! Error types of endpoints, as the derive makes them: which answer becomes which variant, and what the
//! others become.

use std::error::Error as _;

use bytes::Bytes;
use sdk_runtime::{ApiError, Error, Page, Response, Result, Tokens, api_client, response::FromResponse};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

use crate::wire::memory;

#[derive(Deserialize, Debug, PartialEq, Eq)]
struct Existing {
    id: u64,
}

/// A body that is always refused, with an error that is not of decoding.
#[derive(Debug)]
struct Refused;

impl FromResponse for Refused {
    fn from_response(_: sdk_runtime::response::BufferedResponse) -> Result<Self> {
        Err(sdk_runtime::error::Cancelled::default().into())
    }
}

#[derive(Debug, ApiError)]
enum CreateError {
    #[status(4xx)]
    Client(Response<Bytes>),
    #[other]
    Other(Error),
    #[status(409)]
    Duplicate(Existing),
    #[status(422)]
    Invalid(String),
    #[status(404, 410)]
    Gone,
    #[status(401)]
    Unauthorized,
    #[status(418, 5xx)]
    Strange(Option<Existing>),
    #[status(451)]
    Refused(Refused),
}

#[derive(Debug, ApiError)]
enum RenameError {
    #[status(409)]
    Taken,
    #[status(304)]
    Unchanged,
    #[other]
    Other(Error),
}

#[derive(Debug, thiserror::Error, ApiError)]
enum ShownError {
    #[error("number {} is in the way", .0.id)]
    #[status(409)]
    Duplicate(Existing),
    #[error(transparent)]
    #[other]
    Other(#[from] Error),
}

#[api_client(auth = none)]
trait Issues {
    #[post("/issues")]
    async fn create(&self) -> Result<Option<u64>, CreateError>;
    #[post("/rename")]
    async fn rename(&self) -> Result<(), RenameError>;
    #[post("/issues")]
    async fn shown(&self) -> Result<u64, ShownError>;
    #[post("/issues")]
    async fn plain(&self) -> Result<u64>;
    #[post("/issues", auth = required)]
    async fn signed(&self) -> Result<u64, CreateError>;
}

fn client(backend: &Backend) -> IssuesClient {
    IssuesClient::builder("http://localhost").transport(memory(backend)).bearer("token").build().unwrap()
}

fn answering(status: u16, body: impl Into<Vec<u8>>) -> IssuesClient {
    let body: Vec<u8> = body.into();
    let reply = Reply::bytes(body).status(status);
    client(&Backend::new().fallback(move |_| std::future::ready(reply.clone())))
}

/// The answer in a status that has no variant, or whose body is not the variant's.
fn status_of(error: CreateError) -> sdk_runtime::ErrorResponse {
    match error {
        CreateError::Other(Error::Status(answer)) => answer,
        error => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_declared_status_is_its_variant_with_the_body_in_it() {
    let created =
        |status, body: &'static str| async move { answering(status, body).create().await.unwrap_err() };
    assert!(matches!(created(409, r#"{"id":7}"#).await, CreateError::Duplicate(Existing { id: 7 })));
    assert!(matches!(created(422, "too long").await, CreateError::Invalid(text) if text == "too long"));
    for status in [404, 410] {
        assert!(
            matches!(created(status, "no such thing").await, CreateError::Gone),
            "{status}, and no `None`"
        );
    }
    assert!(matches!(created(500, r#"{"id":7}"#).await, CreateError::Strange(Some(Existing { id: 7 }))));
    assert!(matches!(created(418, "").await, CreateError::Strange(None)), "an exact one next to a class");
    assert_eq!(answering(204, "").create().await.unwrap(), None);
}

#[tokio::test]
async fn a_class_is_what_has_no_variant_of_its_own() {
    for status in [400, 403, 408, 411, 499] {
        let CreateError::Client(answer) = answering(status, "why").create().await.unwrap_err() else {
            panic!("{status}")
        };
        assert_eq!((answer.status().as_u16(), answer.value()), (status, &Bytes::from("why")));
    }
    for status in [500, 503, 599] {
        let error = answering(status, "null").create().await.unwrap_err();
        assert!(matches!(error, CreateError::Strange(None)), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn another_status_is_other() {
    for status in [300, 304, 600] {
        let answer = status_of(answering(status, "").create().await.unwrap_err());
        assert_eq!(answer.status().as_u16(), status);
        assert!(answer.decode_error().is_none() && answer.source().is_none());
    }
    let error = answering(404, "gone").rename().await.unwrap_err();
    assert!(matches!(error, RenameError::Other(Error::Status(answer)) if answer.status() == 404));
}

#[tokio::test]
async fn a_body_that_does_not_decode_is_other_with_the_bytes_and_the_reason() {
    let page = "<h1>Conflict</h1>";
    for body in [page, "", r#"{"id":"7"}"#] {
        let answer = status_of(answering(409, body).create().await.unwrap_err());
        assert_eq!((answer.status().as_u16(), answer.text().as_str()), (409, body));
        let reason = answer.decode_error().unwrap();
        assert_eq!(reason.status(), 409);
        assert!(reason.expected().ends_with("Existing"), "{reason}");
        assert_eq!(answer.source().unwrap().to_string(), reason.to_string());
    }
    let error = Error::from(status_of(answering(409, r#"{"id":"7"}"#).create().await.unwrap_err()));
    let reason = error.response().unwrap().decode_error().unwrap();
    assert_eq!(reason.path(), Some("id"));
    assert_eq!(error.source().unwrap().to_string(), reason.to_string(), "the reason of the whole error");

    let answer = status_of(answering(422, b"\xff").create().await.unwrap_err());
    assert!(answer.decode_error().unwrap().expected().ends_with("String"));
    assert_eq!(answer.body(), &b"\xff"[..]);

    let answer = status_of(answering(451, "why").create().await.unwrap_err());
    let reason = answer.decode_error().unwrap();
    assert!(
        reason.expected().ends_with("Refused") && reason.detail().contains("cancelled"),
        "{}",
        reason.detail()
    );
}

#[tokio::test]
async fn a_body_that_was_not_kept_whole_is_not_decoded() {
    // What is kept would decode: whitespace follows.
    let body = |length: usize| r#"{"id":7}"#.to_owned() + &" ".repeat(length - 8);
    assert!(matches!(answering(409, body(64 << 10)).create().await, Err(CreateError::Duplicate(_))));
    let answer = status_of(answering(409, body((64 << 10) + 1)).create().await.unwrap_err());
    assert_eq!((answer.is_truncated(), answer.body().len()), (true, 64 << 10));
    assert!(answer.decode_error().unwrap().detail().contains("longer"));
    let answer = status_of(answering(400, body(1 << 20)).create().await.unwrap_err());
    assert!(answer.decode_error().unwrap().expected().contains("Bytes"), "not even as bytes");
    let long = answering(404, body(1 << 20)).create().await;
    assert!(matches!(long, Err(CreateError::Gone)), "where there is nothing to decode");
}

/// Both endpoints declare a 409; under `?` each keeps its own.
#[tokio::test]
async fn the_answer_of_another_endpoint_is_not_mistaken() {
    async fn both(client: &IssuesClient) -> Result<(), RenameError> {
        client.rename().await?;
        client.plain().await?;
        Ok(())
    }
    let backend = Backend::new().reply("POST", "/rename", Reply::empty()).reply(
        "POST",
        "/issues",
        Reply::text(r#"{"id":7}"#).status(409),
    );
    let error = both(&client(&backend)).await.unwrap_err();
    assert!(
        matches!(error, RenameError::Other(Error::Status(answer)) if answer.endpoint().name() == "plain")
    );
    backend.reply("POST", "/rename", Reply::empty().status(409));
    assert!(matches!(both(&client(&backend)).await, Err(RenameError::Taken)));
}

#[tokio::test]
async fn an_error_goes_out_and_says_the_status_and_the_variant_alone() {
    type Boxed = Box<dyn std::error::Error + Send + Sync>;
    async fn create(client: IssuesClient) -> std::result::Result<(), Boxed> {
        client.create().await?;
        Ok(())
    }
    for (status, body, shown) in [
        (409, r#"{"id":4711}"#, "the server answered 409 Conflict (`Duplicate`)"),
        (422, "4711", "the server answered 422 Unprocessable Entity (`Invalid`)"),
        (410, "4711", "the server answered 404 Not Found or 410 Gone (`Gone`)"),
        (400, "4711", "the server answered 4xx (`Client`)"),
        (500, r#"{"id":4711}"#, "the server answered 418 I'm a teapot or 5xx (`Strange`)"),
    ] {
        let error = create(answering(status, body)).await.unwrap_err();
        assert_eq!(error.to_string(), shown);
        assert!(error.source().is_none());
        assert!(error.is::<CreateError>());
    }
    let error = create(answering(409, "4711")).await.unwrap_err();
    let inner = status_of(answering(409, "4711").create().await.unwrap_err());
    assert_eq!(error.to_string(), inner.to_string(), "as what it holds");
    assert_eq!(error.source().unwrap().to_string(), inner.source().unwrap().to_string());
    assert!(!format!("{error} {}", error.source().unwrap()).contains("4711"));
}

/// It is neither a success nor an error, and leads nowhere.
#[tokio::test]
async fn what_has_not_changed_can_be_declared() {
    assert!(matches!(answering(304, "").rename().await, Err(RenameError::Unchanged)));
    assert_eq!(status_of(answering(304, "").create().await.unwrap_err()).status(), 304);
}

/// A 401 to a signed request is a matter of the session, and one to an unsigned request is the endpoint's.
#[tokio::test]
async fn a_declared_401_sees_what_the_session_leaves() {
    let error = answering(401, "").create().await.unwrap_err();
    assert!(matches!(error, CreateError::Unauthorized), "{error:?}");
    let error = answering(401, "").signed().await.unwrap_err();
    assert!(
        matches!(error, CreateError::Unauthorized),
        "a fixed token is for the server to judge: {error:?}"
    );
    let refusing = Backend::new().fallback(|_| async { Reply::empty().status(401) });
    let login = IssuesClient::builder("http://localhost").transport(memory(&refusing)).build().unwrap();
    login.session().sign_in(Tokens::new("token")).unwrap();
    let error = login.signed().await.unwrap_err();
    assert!(matches!(error, CreateError::Other(Error::SessionExpired(_))), "{error:?}");
    let error = answering(409, r#"{"id":7}"#).signed().await.unwrap_err();
    assert!(matches!(error, CreateError::Duplicate(Existing { id: 7 })), "{error:?}");
}

#[tokio::test]
async fn what_is_shown_can_be_left_to_another_derive() {
    let error = answering(409, r#"{"id":7}"#).shown().await.unwrap_err();
    assert_eq!(error.to_string(), "number 7 is in the way");
    let error = answering(404, "").shown().await.unwrap_err();
    let ShownError::Other(inner) = &error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), inner.to_string());
}

#[derive(Deserialize, Page)]
struct Paged<T, C: Clone> {
    #[page(items)]
    found: Vec<T>,
    #[page(next)]
    after: Option<C>,
    #[page(more)]
    more: Option<bool>,
}

#[derive(Deserialize, Page)]
struct Plain {
    #[page(items)]
    items: Vec<u8>,
    #[page(more)]
    has_more: bool,
}

#[test]
fn a_page_says_what_its_fields_say() {
    let page = |text| serde_json::from_str::<Paged<u8, String>>(text).unwrap();
    for (text, next, more, empty) in [
        (r#"{"found":[1,2],"after":"c","more":true}"#, Some("c"), Some(true), false),
        (r#"{"found":[1,2],"more":false}"#, None, Some(false), false),
        (r#"{"found":[]}"#, None, None, true),
    ] {
        let page = page(text);
        assert_eq!(
            (page.next_cursor().as_deref(), page.has_more(), page.is_empty()),
            (next, more, empty),
            "{text}"
        );
    }
    assert_eq!(page(r#"{"found":[1,2]}"#).into_items(), [1, 2]);
    let plain = Plain { items: vec![1], has_more: false };
    assert_eq!((plain.has_more(), plain.next_cursor(), plain.is_empty()), (Some(false), None, false));
    assert_eq!(plain.into_items(), [1]);
}
