//! `auth = required(no_refresh)`: an endpoint whose 401 is its own, such as one that asks for a password.

use sdk_runtime::{Error, Result, ServiceTransport, api_client, session::Verdict};
use sdk_testkit::{Reply, TokenServer};
use test_support::{Credentials, LoginResponse, RefreshRequest, user};

#[api_client]
trait Account {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginResponse>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[get("/me")]
    async fn me(&self) -> Result<String>;

    /// Answers 401 for a wrong password.
    #[delete("/me", auth = required(no_refresh))]
    async fn delete(&self, #[header] x_password: &str) -> Result<()>;

    #[get("/me", auth = optional(no_refresh))]
    async fn me_if_any(&self) -> Result<String>;
}

fn server() -> TokenServer {
    let server = TokenServer::new();
    server.backend().route("DELETE", "/me", |request| async move {
        match request.header("x-password") {
            Some("right") => Reply::empty(),
            _ => Reply::text("wrong password").status(401),
        }
    });
    server.guard("GET", "/me", |_, _| async { Reply::text("ann") })
}

fn client(server: &TokenServer) -> AccountClient {
    let transport = ServiceTransport::new(server.backend().clone());
    AccountClient::builder("http://localhost").transport(transport).build().unwrap()
}

fn is_401(outcome: Result<impl Sized>) -> bool {
    matches!(&outcome, Err(Error::Status(answer)) if answer.status() == 401)
}

#[tokio::test]
async fn a_401_of_its_own_is_returned_and_refreshes_nothing() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    for _ in 0..3 {
        assert!(is_401(client.delete("wrong").await));
    }
    client.delete("right").await.unwrap();
    assert_eq!(client.me().await.unwrap(), "ann", "the token is as good as before");
    assert_eq!(server.counts().refreshes, 0);
    let sent = server.backend().requests();
    let deleted: Vec<_> = sent.iter().filter(|request| request.method() == "DELETE").collect();
    assert_eq!(deleted.len(), 4, "nothing is sent again");
    assert!(deleted.iter().all(|request| request.header("authorization").is_some()), "all are signed");
}

/// The verdict of the builder says nothing about it either.
#[tokio::test]
async fn no_verdict_rejects_the_token_for_an_answer_of_its_own() {
    for verdict in [Verdict::TokenBad, Verdict::LoginOver] {
        let server = server();
        let transport = ServiceTransport::new(server.backend().clone());
        let client = AccountClient::builder("http://localhost")
            .transport(transport)
            .token_bad(move |answer| if answer.status() == 401 { verdict } else { Verdict::Surface })
            .build()
            .unwrap();
        client.login(&user("ann")).await.unwrap();
        assert!(is_401(client.delete("wrong").await));
        assert_eq!(client.me().await.unwrap(), "ann");
        assert_eq!(server.counts().refreshes, 0);
    }
}

/// The others learn of a rejected token from their own answers.
#[tokio::test]
async fn a_rejected_token_is_refreshed_by_another_endpoint() {
    let server = server();
    let client = client(&server);
    assert!(is_401(client.me_if_any().await), "without a login it is sent unsigned");
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    assert!(is_401(client.me_if_any().await));
    assert_eq!(server.counts().refreshes, 0);
    assert_eq!(client.me().await.unwrap(), "ann");
    assert_eq!(server.counts().refreshes, 1);
    assert_eq!(client.me_if_any().await.unwrap(), "ann");
}
