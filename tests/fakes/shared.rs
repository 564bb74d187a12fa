//! Several traits over one login: what one client refreshes, the others use.

use sdk_runtime::api_client;
use sdk_runtime::{Error, Result, ServiceTransport, SessionState};
use sdk_testkit::{Reply, TokenServer};
use test_support::{LoginResponse, RefreshRequest};

#[api_client]
trait Account {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &serde_json::Value) -> Result<LoginResponse>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;
}

#[api_client(dyn)]
trait Boards {
    #[get("/boards/{id}")]
    async fn board(&self, id: u64) -> Result<String>;
}

#[api_client(dyn)]
trait People {
    #[get("/people/{id}")]
    async fn person(&self, id: u64) -> Result<String>;
}

#[tokio::test]
async fn one_login_signs_for_every_trait() {
    let server = TokenServer::new();
    for template in ["/boards/{id}", "/people/{id}"] {
        server.guard("GET", template, |_, user| async move { Reply::text(user.name()) });
    }
    let transport = || ServiceTransport::new(server.backend().clone());
    let account = AccountClient::builder("http://localhost").transport(transport()).build().unwrap();
    let session = account.session();
    let boards =
        BoardsClient::builder("http://localhost").transport(transport()).session(session).build().unwrap();
    let people =
        PeopleClient::builder("http://localhost").transport(transport()).session(session).build().unwrap();
    assert!(matches!(boards.board(1).await, Err(Error::NotSignedIn(_))));

    let credentials = serde_json::json!({ "username": "ann", "password": "right" });
    account.login(&credentials).await.unwrap();
    server.expire_access_tokens();
    let (boards, people) = (DynBoards::new(boards), DynPeople::new(people));
    let (board, person) = tokio::join!(boards.board(1), people.person(2));
    assert_eq!((board.unwrap().as_str(), person.unwrap().as_str()), ("ann", "ann"));
    assert_eq!(server.counts().refreshes, 1);

    account.session().close();
    assert!(people.person(2).await.is_err());
    assert!(!matches!(account.session().state(), SessionState::SignedIn(_)));
}
