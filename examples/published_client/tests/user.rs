//! A program that uses the published client, and depends on nothing else: `docs/cookbook/publishing.md`.

use std::error::Error;
use std::sync::Arc;

use published_client::sdk_runtime::{Result, ServiceTransport, api_client, transport::Transport};
use published_client::{Credentials, NewIssue, PUBLIC, Tracker, TrackerClient, client};
use sdk_testkit::{Reply, TokenServer};

/// The endpoints that the published crate does not have.
#[api_client(crate = published_client::sdk_runtime)]
pub trait Boards {
    /// The name of a board.
    #[get("/boards/{id}/name")]
    async fn board_name(&self, id: u64) -> Result<String>;
}

/// What a program often does with the tracker.
pub trait TrackerExt: Tracker {
    /// The title of an issue, if there is one.
    fn title(&self, id: u64) -> impl Future<Output = Result<Option<String>>> + Send {
        async move { Ok(self.issue(id).await?.map(|issue| issue.title)) }
    }
}

impl<T: Tracker + ?Sized> TrackerExt for T {}

fn clients(
    base: &str,
    transport: &Arc<dyn Transport>,
) -> Result<(TrackerClient, BoardsClient), Box<dyn Error>> {
    let tracker = client(base).transport(transport.clone()).build()?;
    let boards = BoardsClient::builder(base)
        .transport(transport.clone())
        .session(tracker.session()) // the login, its store and its refreshes
        .build()?;
    Ok((tracker, boards))
}

#[tokio::test]
async fn two_crates_share_a_transport_and_a_login() -> Result<(), Box<dyn Error>> {
    let server = TokenServer::new();
    server.guard("GET", "/issues/{id}", |_, _| async { Reply::text(r#"{"id":7,"title":"Leak"}"#) });
    server.guard("GET", "/boards/{id}/name", |_, user| async move { Reply::text(user.name()) });
    let transport: Arc<dyn Transport> = Arc::new(ServiceTransport::new(server.backend().clone()));
    let (tracker, boards) = clients("http://localhost", &transport)?;
    tracker.login(&Credentials::new("ann", "right")).await?;
    assert_eq!(boards.board_name(1).await?, "ann");
    server.expire_access_tokens();
    assert_eq!(boards.board_name(1).await?, "ann");
    assert_eq!(tracker.title(7).await?.as_deref(), Some("Leak"));
    assert_eq!(server.counts().refreshes, 1);

    let agent = concat!("published_client/", env!("CARGO_PKG_VERSION"));
    let requests = server.backend().requests();
    assert_eq!(requests[0].header("user-agent"), Some(agent));
    // The refresh is that of the crate that declares it, whichever client needs it.
    let refreshed = requests.iter().find(|request| request.path() == "/auth/refresh");
    assert_eq!(refreshed.and_then(|request| request.header("user-agent")), Some(agent));
    Ok(())
}

#[test]
fn a_published_client_says_what_it_sends() -> Result<(), Box<dyn Error>> {
    let server = TokenServer::new(); // gets nothing
    let transport = ServiceTransport::new(server.backend().clone());
    let created =
        client(PUBLIC).transport(transport).build()?.create(&NewIssue::new("Leak").text("It drips."));
    let request = created.request()?;
    assert_eq!(request.url().as_str(), "https://tracker.example/api/v1/issues");
    let body = request.body().map(|body| String::from_utf8_lossy(body).into_owned());
    assert_eq!(body.as_deref(), Some(r#"{"title":"Leak","text":"It drips."}"#));
    Ok(())
}
