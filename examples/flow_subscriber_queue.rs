//! The subscriber queue, without a queue: `cargo run --example flow_subscriber_queue`, offline.

use std::error::Error;
use std::future::IntoFuture;

use sdk_runtime::SessionState::SignedIn;
use sdk_runtime::{Attach, TokenRequest, TokenResponse, Tokens};
use sdk_testkit::flows::subscriber_queue::SubscriberQueue;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

#[sdk_runtime::api_client]
trait Library {
    #[post("/reset")]
    #[session(refresh)]
    async fn reset(&self, #[json] request: Reset) -> sdk_runtime::Result<Token>;
    #[get("/books/{id}")]
    async fn book(&self, id: u64) -> sdk_runtime::Result<String>;
}

#[derive(Serialize, TokenRequest)]
struct Reset {
    #[token(refresh)]
    token: String,
}

// The next access token is the next reset token too.
#[derive(Deserialize, TokenResponse)]
struct Token {
    #[token(access, refresh)]
    token: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (backend, server) = SubscriberQueue::start().await?;
    let builder = LibraryClient::builder(server.url()).attach(Attach::header("authentication", "Bearer"));
    let library = builder.token_bad(|answer| answer.text().contains("token_expired")).build()?;
    let (access, reset) = backend.expired_login("ann");
    library.session().sign_in(Tokens::new(access).refresh_token(reset))?;

    let mut states = library.session().watch();
    let login = tokio::spawn(async move { while let Some(SignedIn(_)) = states.next().await {} });

    // A hundred calls at once, without a queue in the application.
    let books: JoinSet<_> = (0..100).map(|id| library.book(id).into_future()).collect();
    println!("{} books, {} reset", books.join_all().await.iter().flatten().count(), backend.refreshes());

    backend.revoke();
    println!("{}", library.book(7).await.unwrap_err());
    login.await?;
    println!("the login form is shown");
    Ok(())
}
